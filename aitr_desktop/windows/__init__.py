"""Windows: they place views and connect them to the library."""
