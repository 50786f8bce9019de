"""Indexes from which the list of machines is sorted and searched."""

from alembic import op

from cmms.migrations.statements import run_file

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the indexes."""
    run_file("0006_list_indexes")


def downgrade() -> None:
    """Take them away."""
    op.execute(
        "ALTER TABLE equipment DROP KEY ix_equipment_search, DROP KEY ix_equipment_description,"
        " DROP KEY ix_equipment_active_search, DROP KEY ix_equipment_plant_number,"
        " ADD KEY ix_equipment_active (is_active, id)"
    )
