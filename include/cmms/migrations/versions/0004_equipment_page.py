"""What the page of equipment stores: the version of a classification rule, reports of validations."""

from alembic import op

from cmms.migrations.statements import run_file

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add a column and two tables."""
    run_file("0004_equipment_page")


def downgrade() -> None:
    """Take them away again."""
    op.drop_table("validation_findings")
    op.drop_table("validation_reports")
    op.drop_column("equipment_group_rules", "row_version")
