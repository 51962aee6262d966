"""Servers of the lab: each starts in a namespace and reports what it served from its own log."""
