"""Requests of people by name, so that one sent twice is carried out once."""

from alembic import op

from cmms.migrations.statements import run_file

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Add the table."""
    run_file("0011_action_requests")


def downgrade() -> None:
    """Take it away again."""
    op.drop_table("action_requests")
