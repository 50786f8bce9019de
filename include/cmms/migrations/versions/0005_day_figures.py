"""An index that answers the view's questions about a day: hours, counter and quality of every machine."""

from alembic import op

from cmms.migrations.statements import run_file

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Widen the index of days."""
    run_file("0005_day_figures")


def downgrade() -> None:
    """Make it as it was."""
    op.execute(
        "ALTER TABLE equipment_running_times DROP KEY ix_running_times_date,"
        " ADD KEY ix_running_times_date (date, equipment_id, cumulative_hours)"
    )
