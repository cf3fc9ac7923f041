"""The server: the REST API over a library, with authentication. Needs the ``server`` extra."""
