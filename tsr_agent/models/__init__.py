"""The nouns of aitr: report, decision and approval as three immutable documents, and their codec."""
