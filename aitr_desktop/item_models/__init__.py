"""Qt item models over plain data: the list of reports, and one tree for every section."""
