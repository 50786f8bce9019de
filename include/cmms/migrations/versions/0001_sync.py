"""Tables of the source design and of the sync."""

from alembic import op

from cmms.migrations.statements import run_file

revision = "0001"
down_revision = None

TABLES = (
    "plants",
    "equipment_groups",
    "equipment_group_rules",
    "equipment",
    "equipment_revisions",
    "equipment_running_times",
    "equipment_running_time_revisions",
    "counter_events",
    "config_versions",
    "api_sync_logs",
    "sync_units",
    "sync_leases",
    "sync_reference_version",
    "sync_record_errors",
    "sync_superseded_records",
    "api_call_logs",
    "sync_log_events",
    "alert_events",
    "notification_deliveries",
    "audit_log",
)


def upgrade() -> None:
    """Create every table."""
    run_file("0001_sync")


def downgrade() -> None:
    """Drop them, children first."""
    for table in reversed(TABLES):
        op.drop_table(table)
