"""Reports and comparisons as PDF: the only room that knows reportlab."""
