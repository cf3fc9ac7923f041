"""A first policy, drafted from a report: bounds that it meets today, for a person to tighten."""
