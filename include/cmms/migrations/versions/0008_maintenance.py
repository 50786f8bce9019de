"""Maintenance plans, what they ask of each machine, dues and work orders; a group's interval becomes a plan."""

from alembic import op

from cmms.migrations.statements import run_file

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the tables, and make plans of the intervals of groups."""
    run_file("0008_maintenance")


def downgrade() -> None:
    """Take them away; the shortest interval of a group's plans goes back into the group."""
    op.execute("ALTER TABLE equipment_groups ADD COLUMN maintenance_interval_hours DECIMAL(10,2) NULL")
    op.execute(
        "UPDATE equipment_groups g SET g.maintenance_interval_hours = (SELECT MIN(p.interval_hours)"
        " FROM maintenance_plans p WHERE p.scope = 'group' AND p.equipment_group_id = g.id AND p.is_active = 1)"
    )
    for table in (
        *("maintenance_dues", "work_order_history", "work_orders"),
        *("equipment_maintenance", "maintenance_plans"),
    ):
        op.drop_table(table)
