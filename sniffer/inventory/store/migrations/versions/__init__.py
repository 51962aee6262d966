"""One file for each version of the schema, the oldest first."""
