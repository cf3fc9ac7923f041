"""Policy, checks and the verdict: a pure function from evidence to decision."""
