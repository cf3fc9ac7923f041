"""One small file a family of checks."""
