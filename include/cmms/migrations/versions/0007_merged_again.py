"""How often a run has merged a unit."""

from alembic import op

from cmms.migrations.statements import run_file

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the column."""
    run_file("0007_merged_again")


def downgrade() -> None:
    """Take it away."""
    op.execute("ALTER TABLE sync_units DROP COLUMN merges")
