"""Keeping a local library and a server in step: what waits here goes there, what is there comes here."""
