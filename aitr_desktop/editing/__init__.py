"""Texts that a person edits: files, checks and completion, without Qt."""
