"""Alembic's migrations of the library; each is one numbered file in ``versions``."""
