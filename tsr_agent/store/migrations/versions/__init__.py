"""One file a migration. The revision's number is the library's version after it."""
