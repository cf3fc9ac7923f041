"""A report or a comparison as one document: sections of tables in reading order, for PDF and CSV."""
