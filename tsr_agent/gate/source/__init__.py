"""The text of a YAML or JSON file as a plain tree that knows where each value stands."""
