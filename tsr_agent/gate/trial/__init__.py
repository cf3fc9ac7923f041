"""Cases beside a policy: what it is expected to decide."""
