"""SMTP sessions, told as the two sides talking."""
