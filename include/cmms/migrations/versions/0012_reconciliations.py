"""Results of reconciliations, for people to read in the view."""

from alembic import op

from cmms.migrations.statements import run_file

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Add the table."""
    run_file("0012_reconciliations")


def downgrade() -> None:
    """Take it away again."""
    op.drop_table("reconciliations")
