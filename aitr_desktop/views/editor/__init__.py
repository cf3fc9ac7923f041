"""A plain-text editor with marks: policies and requirements are written in it, drafts of code later."""
