"""What makes the demo's view worth a look: groups of machines with their rules, and the days before yesterday.

Input: the demo's own database and a logged-in Airflow. Output: groups, once; a run of `running_time_sync` for a range.
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
_ADD_GROUP = "INSERT INTO equipment_groups (name, maintenance_interval_hours) VALUES (%s, %s)"
_ADD_RULE = (
    "INSERT INTO equipment_group_rules (equipment_group_id, priority, field, pattern)"
    " VALUES (%s, %s, 'equipment_description', %s)"
)
_SERVICE = (  # most machines were serviced lately: else each of them would need maintenance at once
    "UPDATE equipment e JOIN equipment_running_times r ON r.equipment_id = e.id"
    " SET e.serviced_at_hours = GREATEST(0, r.cumulative_hours - 11 * (e.id % 170)) WHERE e.serviced_at_hours IS NULL"
)
_DAYS = "SELECT COUNT(DISTINCT date) FROM equipment_running_times"


def add_groups(account: Account) -> None:
    """Add groups and classification rules to a database that has none; the first equipment sync applies them."""
    with connect(account, DATABASE) as connection, contextlib.closing(connection.cursor()) as cursor:
        cursor.execute("SELECT COUNT(*) FROM equipment_groups")
        if cursor.fetchone() != (0,):
            return
        for priority, (name, hours, pattern) in enumerate(_GROUPS, start=1):
            cursor.execute(_ADD_GROUP, (name, hours))
            cursor.execute(_ADD_RULE, (cursor.lastrowid, 10 * priority, pattern))
        connection.commit()


def start_earlier_days(api: AirflowApi, account: Account, days: int) -> bool:
    """Have the days before yesterday synced too, unless some are there; say whether that was started."""
    with connect(account, DATABASE) as connection, contextlib.closing(connection.cursor()) as cursor:
        cursor.execute(_DAYS)
        if days < 2 or cursor.fetchone()[0] > 1:
            return False
        cursor.execute(_SERVICE)
        connection.commit()
    yesterday = datetime.datetime.now(datetime.UTC).date() - datetime.timedelta(days=1)
    first, last = yesterday - datetime.timedelta(days=days - 1), yesterday - datetime.timedelta(days=1)
    api.trigger("running_time_sync", {"start_date": first.isoformat(), "end_date": last.isoformat()})
    return True
