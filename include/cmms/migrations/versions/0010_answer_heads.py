"""What the source said when it refused a request."""

from alembic import op

from cmms.migrations.statements import run_file

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add the column."""
    run_file("0010_answer_heads")


def downgrade() -> None:
    """Take it away."""
    op.execute("ALTER TABLE api_call_logs DROP COLUMN answer_head")
