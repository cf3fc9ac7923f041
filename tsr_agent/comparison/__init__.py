"""Two reports side by side: what changed from one to the other. Pure, over the models alone."""
