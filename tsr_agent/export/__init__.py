"""A report as files for others: CSV for a spreadsheet or a program, JSON for a program."""
