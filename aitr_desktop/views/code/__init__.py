"""Code as it is read: lines of a file of any size, drawn as far as they are seen."""
