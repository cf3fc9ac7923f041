"""The local library: SQLAlchemy on SQLite."""
