"""Large changes that people have asked for, carried out by a run."""

from alembic import op

from cmms.migrations.statements import run_file

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Add the table."""
    run_file("0013_requested_changes")


def downgrade() -> None:
    """Take it away again."""
    op.drop_table("requested_changes")
