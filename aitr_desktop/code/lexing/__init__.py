"""Colours of code: lexed by a process of its own, a window of lines at a time. Knows no Qt."""
