"""What the database holds, in the words of the oracle, and where the two differ."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from cmms.sync.records import RunSummary
from tests.oracle import EquipmentRow, Oracle, Reject, RunningTimeRow
from tests.oracle.parse_values import has_unstorable_character
from tests.sync.site import Site

_EQUIPMENT = """
SELECT e.equipment_number, p.plant_code, e.company_code, e.equipment_description, e.object_number, e.point,
       e.api_created_at, e.missing_since
FROM equipment e JOIN plants p ON p.id = e.plant_id
"""
_RUNNING_TIMES = """
SELECT e.equipment_number, t.date, p.plant_code, t.point, t.date_time, t.description, t.running_hours,
       t.cumulative_hours, t.company_code, t.equipment_description, t.object_number, t.api_created_at,
       t.quality_code, t.quality
FROM equipment_running_times t JOIN equipment e ON e.id = t.equipment_id JOIN plants p ON p.id = t.plant_id
"""


_DOUBTS = """
SELECT e.equipment_number, d.date, d.growth_hours, d.allowed_hours
FROM doubtful_readings d JOIN equipment e ON e.id = d.equipment_id
WHERE d.state = 'open'
"""


def read_equipment(site: Site) -> dict[str, EquipmentRow]:
    """The table ``equipment``."""
    return {row["equipment_number"]: EquipmentRow(**row) for row in site.query(_EQUIPMENT)}


def read_running_times(site: Site) -> dict[tuple[str, date], RunningTimeRow]:
    """The table ``equipment_running_times``; ``quality`` and ``quality_code`` must agree."""
    found = {}
    for row in site.query(_RUNNING_TIMES):
        codes = row.pop("quality_code")
        assert (row.pop("quality") == "warning") == (codes is not None)
        quality = frozenset(codes.split(",")) if codes else frozenset[str]()
        found[row["equipment_number"], row["date"]] = RunningTimeRow(**row, quality=quality)
    return found


def read_doubts(site: Site) -> dict[tuple[str, date], tuple[Decimal, Decimal]]:
    """Growth and allowed growth of the open rows of ``doubtful_readings``."""
    return {
        (row["equipment_number"], row["date"]): (row["growth_hours"], row["allowed_hours"])
        for row in site.query(_DOUBTS)
    }


def assert_same_tables(site: Site, oracle: Oracle) -> None:
    """Every row of both tables equals the oracle's, and the same readings wait for a person."""
    assert_same_rows(read_equipment(site), oracle.equipment)
    assert_same_rows(read_running_times(site), oracle.running_times)
    assert_same_rows(read_doubts(site), oracle.find_doubts())


def assert_same_rows(found: dict[Any, Any], expected: dict[Any, Any]) -> None:
    """The same keys, and the same row under each: the first differences are shown."""
    differences = [
        f"{key!r}:\n  engine {found.get(key)}\n  oracle {expected.get(key)}"
        for key in sorted(found.keys() | expected.keys(), key=str)
        if found.get(key) != expected.get(key)
    ]
    assert not differences, f"{len(differences)} rows differ\n" + "\n".join(differences[:5])


def assert_same_counts(summary: RunSummary, oracle: Oracle) -> None:
    """Each record had the outcome that the oracle gives it."""
    engine = {name: getattr(summary.counts, name) for name in oracle.last_counts.__slots__}
    assert engine == {name: getattr(oracle.last_counts, name) for name in oracle.last_counts.__slots__}


def assert_same_rejects(site: Site, summary: RunSummary, rejects: Sequence[Reject]) -> None:
    """Exactly the oracle's records were rejected: payload byte for byte, key, and a code that the oracle allows."""
    expected: defaultdict[bytes, list[Reject]] = defaultdict(list)
    for reject in rejects:
        expected[_to_bytes(reject.payload)].append(reject)
    rows = site.query("SELECT * FROM sync_record_errors WHERE sync_log_id = %s", summary.sync_log_id)
    assert Counter(bytes(row["payload"]) for row in rows) == {raw: len(some) for raw, some in expected.items()}
    wrong = [
        f"{bytes(row['payload'])[:300]!r}: engine {row['code']} {row['record_key']}, oracle {reject.code} of"
        f" {sorted(reject.codes)} {reject.key}"
        for row in rows
        for reject in expected[bytes(row["payload"])][:1]
        if row["code"] not in reject.codes or row["record_key"] != _engine_key(reject)
    ]
    assert not wrong, f"{len(wrong)} rejects differ\n" + "\n".join(wrong[:5])
    assert all(row["status"] == "open" and row["rule"] and row["message"] for row in rows)


def _to_bytes(payload: str | bytes) -> bytes:
    return payload if isinstance(payload, bytes) else payload.encode("utf-8", "surrogatepass")


def _engine_key(reject: Reject) -> str:
    """The oracle leaves empty what it does not know; the engine writes a question mark, also for what no text can hold."""
    number, day = reject.key, None
    if reject.stream == "running_time":
        number, _, day = reject.key.rpartition("|")
    if not number or has_unstorable_character(number):
        number = "?"
    return number if day is None else f"{number}|{day or '?'}"
