"""The auditor's workspace: open a library, list, filter, read and import. Knows no Qt.

SQLAlchemy is imported where it is first needed, on the worker thread: the window is painted by then.
"""
