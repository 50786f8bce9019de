"""What makes the demo's view worth a look: groups with their rules, maintenance plans, and the days before yesterday.

Input: the demo's own database and a logged-in Airflow. Output: groups and plans, once; a run of `running_time_sync` for
a range, after which maintenance is evaluated.
Never for a server that was given: what is in its schema is not ours to change.
"""

from __future__ import annotations

import contextlib
import datetime

from tools.airflow_api import AirflowApi
from tools.database_server import Account
from tools.demo_report import connect
from tools.demo_settings import DATABASE

# name, hours between two services, pattern on the description; the first that matches counts
_GROUPS = (
    ("Pumps", 2_000, r"(?i)pump|насос"),
    ("Compressors", 4_000, r"(?i)compressor"),
    ("Conveyors and robots", 3_000, r"(?i)förderband|robot"),
    ("Power and cooling", 1_500, r"(?i)generator|chiller|fan"),
)
_ADD_GROUP = "INSERT INTO equipment_groups (name) VALUES (%s)"
_ADD_PLAN = (
    "INSERT INTO maintenance_plans (name, scope, equipment_group_id, interval_hours, start_from, lead_hours,"
    " tolerance_hours) VALUES (%s, 'group', %s, %s, 'zero', %s, %s)"
)
_ADD_OTHER_PLANS = (
    "INSERT INTO maintenance_plans (name, scope, plant_id, interval_days, lead_days, tolerance_days, priority)"
    " SELECT 'Safety inspection, every 180 days', 'plant', MIN(id), 180, 14, 7, 2 FROM plants",
    "INSERT INTO maintenance_plans (name, scope, interval_days, lead_days, priority, description)"
    " VALUES ('Thermography, yearly', 'equipment', 365, 30, 4, 'For machines chosen in the list of equipment.')",
)
_ADD_RULE = (
    "INSERT INTO equipment_group_rules (equipment_group_id, priority, field, pattern)"
    " VALUES (%s, %s, 'equipment_description', %s)"
)
_SERVICE = (  # most machines were serviced lately: else each of them would need maintenance at once
    "UPDATE equipment e JOIN equipment_running_times r ON r.equipment_id = e.id"
    " SET e.serviced_at_hours = GREATEST(0, r.cumulative_hours - 11 * (e.id % 170)) WHERE e.serviced_at_hours IS NULL"
)
_INSPECTED = (  # and inspected in the course of the last half year, a few too long ago
    "INSERT IGNORE INTO equipment_maintenance (equipment_id, plan_id, baseline_date)"
    " SELECT e.id, p.id, CURRENT_DATE - INTERVAL (e.id * 7 % 190) DAY FROM equipment e"
    " JOIN maintenance_plans p ON p.scope = 'plant' AND p.plant_id = e.plant_id"
)
_DAYS = "SELECT COUNT(DISTINCT date) FROM equipment_running_times"


def add_groups(account: Account) -> None:
    """Add groups with rules, and plans, to a database without any; the first equipment sync applies the rules."""
    with connect(account, DATABASE) as connection, contextlib.closing(connection.cursor()) as cursor:
        cursor.execute("SELECT COUNT(*) FROM equipment_groups")
        if cursor.fetchone() != (0,):
            return
        for priority, (name, hours, pattern) in enumerate(_GROUPS, start=1):
            cursor.execute(_ADD_GROUP, (name,))
            group = cursor.lastrowid
            cursor.execute(_ADD_RULE, (group, 10 * priority, pattern))
            cursor.execute(_ADD_PLAN, (f"{name}, every {hours:,} h", group, hours, hours / 10, hours / 20))
        for statement in _ADD_OTHER_PLANS:
            cursor.execute(statement)
        connection.commit()


def start_earlier_days(api: AirflowApi, account: Account, days: int) -> bool:
    """Have the days before yesterday synced too, unless some are there; say whether that was started."""
    with connect(account, DATABASE) as connection, contextlib.closing(connection.cursor()) as cursor:
        cursor.execute(_DAYS)
        if days < 2 or (cursor.fetchone() or (0,))[0] > 1:
            return False
        cursor.execute(_SERVICE)
        cursor.execute(_INSPECTED)
        connection.commit()
    yesterday = datetime.datetime.now(datetime.UTC).date() - datetime.timedelta(days=1)
    first, last = yesterday - datetime.timedelta(days=days - 1), yesterday - datetime.timedelta(days=1)
    api.trigger("running_time_sync", {"start_date": first.isoformat(), "end_date": last.isoformat()})
    return True
