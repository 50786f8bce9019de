"""What the view stores: notes, service marks, versions for its forms, notifications read, preferences."""

from alembic import op

from cmms.migrations.statements import run_file

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add columns and tables."""
    run_file("0002_view")


def downgrade() -> None:
    """Take them away again."""
    op.drop_table("view_preferences")
    op.drop_table("notification_reads")
    op.drop_column("alert_events", "row_version")
    op.drop_column("plants", "row_version")
    op.drop_column("equipment_groups", "row_version")
    op.drop_column("equipment_groups", "maintenance_interval_hours")
    op.drop_index("ix_equipment_active", "equipment")
    op.drop_column("equipment", "serviced_at_hours")
    op.drop_column("equipment", "notes")
