"""The place where policies and requirements are written and tried."""
