"""Reading policies: the file's form, what it extends, what is locked, the built-in one."""
