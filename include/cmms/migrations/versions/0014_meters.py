"""Meters and life hours; what was known of counter events becomes segments."""

from cmms.migrations.statements import run_file

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Add the tables; counter events become segments and stay readable under their old name."""
    run_file("0014_meters")


def downgrade() -> None:
    """Segments become counter events again; voids, doubts, installations and availability are deleted."""
    run_file("0014_meters_down")
