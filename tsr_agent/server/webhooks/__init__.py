"""Telling people: which webhooks there are, what is posted to them, and the worker that posts it."""
