"""Exceptions to rules: waivers and the quarantine, their files and what they excuse."""
