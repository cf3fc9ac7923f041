"""The place where the code that was judged is read: what opens files, and what leads there."""
