"""Code under audit: read at a commit from a local clone, or as the address of a forge's page. Knows no Qt."""
