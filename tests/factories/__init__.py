"""Builders of reports and their parts for tests."""
