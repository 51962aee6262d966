"""The inventory, over SQLite and PostgreSQL."""
