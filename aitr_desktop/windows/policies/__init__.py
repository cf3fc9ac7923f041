"""Policies and requirements edited: files, checks, completion, trials, and handing a policy in."""
