"""Texts that a person edits here: policies, waivers, requirements. Files, checks and completion, without Qt."""
