"""Meters and life hours; what was known of counter events becomes segments."""

from alembic import op

from cmms.migrations.statements import run_file

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Add the tables; counter events become segments and stay readable under their old name."""
    run_file("0014_meters")


def downgrade() -> None:
    """Take them away again; segments become counter events. Voids, doubts, installations and availability are lost."""
    op.execute("DROP VIEW IF EXISTS life_readings")
    op.execute("DROP VIEW IF EXISTS counter_events")
    run_file("0014_meters_down")
    for table in (
        *("equipment_availability", "installations", "doubtful_readings", "reading_voids"),
        *("meter_segments", "point_readings", "measuring_points"),
    ):
        op.drop_table(table)
