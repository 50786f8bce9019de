"""An independent oracle of the sync: what the database must contain after a sequence of syncs.

Input: raw JSON records as received, the day asked for, the day of the run. Output: the rows, rejects and
counts that the engine must arrive at. It is slow and plain on purpose, uses the standard library only, and
was written from the specification without a look at the engine (`include/cmms`): where the two differ, one of
them is wrong. Do not import the engine here, and do not copy code from one to the other.

    oracle = Oracle(OracleRules(time_zone="Europe/Berlin"), plants=["P001"])
    oracle.sync_equipment(records, run_date)
    oracle.sync_running_time(day, records, run_date)
    oracle.equipment, oracle.running_times, oracle.rejects, oracle.last_counts
"""

from tests.oracle.predict_tables import Oracle, RunFailedError
from tests.oracle.rows import Counts, EquipmentRow, Reject, RunningTimeRow
from tests.oracle.rules import CODE_ORDER, OracleRules

__all__ = [
    "CODE_ORDER",
    "Counts",
    "EquipmentRow",
    "Oracle",
    "OracleRules",
    "Reject",
    "RunFailedError",
    "RunningTimeRow",
]
