"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "alias",
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("first", BIG, autoincrement=False, nullable=False),
        sa.Column("last", BIG, nullable=False),
        sa.Column("device", BIG, nullable=False),
        sa.PrimaryKeyConstraint("value", "first"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_alias_device", "alias", ["device"], unique=False)
    op.create_table(
        "binding",
        sa.Column("device", BIG, autoincrement=False, nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("ip", sa.Text(), nullable=False),
        sa.Column("first", BIG, autoincrement=False, nullable=False),
        sa.Column("last", BIG, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("device", "domain", "ip", "first"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "change",
        sa.Column("id", BIG, nullable=False),
        sa.Column("run", BIG, nullable=False),
        sa.Column("device", BIG, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", BIG, nullable=False),
        sa.Column("silenced", sa.Boolean(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_change_at", "change", ["at"], unique=False)
    op.create_index("ix_change_device", "change", ["device"], unique=False)
    op.create_table(
        "daily",
        sa.Column("device", BIG, autoincrement=False, nullable=False),
        sa.Column("day", BIG, autoincrement=False, nullable=False),
        sa.Column("kind", BIG, autoincrement=False, nullable=False),
        sa.Column("sessions", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("device", "day", "kind"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "device",
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.Column("place", BIG, nullable=False),
        sa.Column("revision", BIG, nullable=False),
        sa.Column("first_seen", BIG, nullable=False),
        sa.Column("last_seen", BIG, nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("vendor", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("folded", BIG, nullable=False),
        sa.Column("due", BIG, nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("evidence", sa.LargeBinary(), nullable=False),
        sa.Column("labels", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "exemption",
        sa.Column("device", BIG, autoincrement=False, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("until", BIG, nullable=False),
        sa.Column("at", BIG, nullable=False),
        sa.PrimaryKeyConstraint("device"),
    )
    op.create_table(
        "formerly",
        sa.Column("old", BIG, autoincrement=False, nullable=False),
        sa.Column("device", BIG, nullable=False),
        sa.Column("run", BIG, nullable=False),
        sa.PrimaryKeyConstraint("old"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_formerly_device", "formerly", ["device"], unique=False)
    op.create_table(
        "heard",
        sa.Column("device", BIG, autoincrement=False, nullable=False),
        sa.Column("sensor", sa.Text(), nullable=False),
        sa.Column("first", BIG, nullable=False),
        sa.Column("last", BIG, nullable=False),
        sa.PrimaryKeyConstraint("device", "sensor"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "history",
        sa.Column("id", BIG, nullable=False),
        sa.Column("device", BIG, nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("run", BIG, nullable=False),
        sa.Column("at", BIG, nullable=False),
        sa.Column("seen", BIG, nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("band", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("family", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_history_device", "history", ["device"], unique=False)
    op.create_table(
        "manual",
        sa.Column("device", BIG, autoincrement=False, nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("at", BIG, nullable=False),
        sa.PrimaryKeyConstraint("device", "field"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "observation",
        sa.Column("session", BIG, autoincrement=False, nullable=False),
        sa.Column("place", BIG, autoincrement=False, nullable=False),
        sa.Column("run", BIG, nullable=False),
        sa.PrimaryKeyConstraint("session", "place"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "part",
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "run",
        sa.Column("id", BIG, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("started", BIG, nullable=False),
        sa.Column("finished", BIG, nullable=True),
        sa.Column("start", sa.LargeBinary(), nullable=False),
        sa.Column("end", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    op.create_table(
        "sensor",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("heard_until", BIG, nullable=False),
        sa.PrimaryKeyConstraint("name"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "service",
        sa.Column("device", BIG, autoincrement=False, nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("family", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("band", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("last_seen", BIG, nullable=False),
        sa.PrimaryKeyConstraint("device", "service"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "session",
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.Column("device", BIG, nullable=False),
        sa.Column("start", BIG, nullable=False),
        sa.Column("lasted", BIG, nullable=False),
        sa.Column("port", sa.Integer(), nullable=False),
        sa.Column("client", BIG, nullable=False),
        sa.Column("server", BIG, nullable=False),
        sa.Column("manner", BIG, nullable=False),
        sa.Column("kind", BIG, nullable=False),
        sa.Column("near", sa.SmallInteger(), nullable=False),
        sa.Column("good", sa.SmallInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("session_device", "session", ["device", "start", "kind"], unique=False)
    op.create_table(
        "setting",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "word",
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("device", BIG, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("value", "device"),
        sqlite_with_rowid=False,
    )
    op.create_index("word_device", "word", ["device"], unique=False)
    op.create_table(
        "listening",
        sa.Column("sensor", sa.Text(), nullable=False),
        sa.Column("first", BIG, autoincrement=False, nullable=False),
        sa.Column("last", BIG, autoincrement=False, nullable=False),
        sa.Column("run", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["run"],
            ["run.id"],
        ),
        sa.PrimaryKeyConstraint("sensor", "first", "last"),
        sqlite_with_rowid=False,
    )
