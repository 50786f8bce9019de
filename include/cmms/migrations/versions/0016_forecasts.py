"""Rates and bands of machines, and how good forecasts have been."""

from alembic import op

from cmms.migrations.statements import run_file

revision = "0016"
down_revision = "0014"


def upgrade() -> None:
    """Add the tables."""
    run_file("0016_forecasts")


def downgrade() -> None:
    """Take them away again: what they hold is computed anew every night."""
    op.drop_table("forecast_backtests")
    op.drop_table("equipment_forecasts")
