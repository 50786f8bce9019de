"""Refused writes are counted in one row of the audit log a minute, and found by their age."""

from alembic import op

from cmms.migrations.statements import run_file

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add the key and two indexes."""
    run_file("0009_refusals")


def downgrade() -> None:
    """Take them away; the rows stay."""
    op.drop_index("ix_audit_action", table_name="audit_log")
    op.drop_index("uk_audit_refusal", table_name="audit_log")
    op.drop_column("audit_log", "refusal_key")
