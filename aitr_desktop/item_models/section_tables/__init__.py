"""The sections of a report as tables, one module a section. Plain data to plain data; any thread."""
