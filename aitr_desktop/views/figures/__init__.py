"""Charts of a report: painted from plain data, with a summary in words and a table beside them."""
