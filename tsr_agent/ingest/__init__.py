"""One reader a file format, and the walk that finds what is in a results directory."""
