"""What changed from one version of the schema to the next (Alembic); run by ``opening`` in a transaction of its own.

A migration that was released is never changed: databases out there have it behind them.
"""
