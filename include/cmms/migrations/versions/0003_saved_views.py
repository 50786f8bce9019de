"""Lists that people keep under a name."""

from alembic import op

from cmms.migrations.statements import run_file

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the table."""
    run_file("0003_saved_views")


def downgrade() -> None:
    """Take it away again."""
    op.drop_table("saved_views")
