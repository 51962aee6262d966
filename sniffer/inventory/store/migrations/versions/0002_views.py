"""Which devices each view of a session told it to be of, where they differ."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "view",
        sa.Column("session", BIG, autoincrement=False, nullable=False),
        sa.Column("device", BIG, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("session", "device"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_view_device", "view", ["device"], unique=False)
