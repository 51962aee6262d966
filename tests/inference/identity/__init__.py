"""Which box is it: every rule as cases, on facts of small sites."""
