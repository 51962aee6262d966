"""Runs migrations on the connection that ``opening`` has; they are stored whole, or not at all."""

from alembic import context

from sniffer.inventory.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=False,  # the transaction is that of ``opening``
)
context.run_migrations()
