"""What the server answers at which path; each handler is thin and leaves the work to a service."""
