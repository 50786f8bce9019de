"""Would these rejected records pass now? Input: ids. Output: of each that would not, why.

In the request and without the libraries of the rules, for a person who has corrected a record waits. The rules, the
settings and the reference data are those of a replay (:mod:`cmms.sync.validate.validate_record`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from cmms.database import Connection, query
from cmms.settings import Settings
from cmms.settings.stored_versions import current_settings
from cmms.streams import STREAMS
from cmms.sync.validate.load_record_reference import load_record_references
from cmms.sync.validate.parse_record import parse_record
from cmms.sync.validate.rule_suites import Finding
from cmms.sync.validate.validate_record import validate_record

CHECK_LIMIT = 200
"""More than this many are validated by the replay only."""


def check_rejects(connection: Connection, keys: Sequence[int]) -> dict[int, Finding | None]:
    """Of each of these records that is open: the rule that rejects it again; None if it passes.

    Raises:
        ValueError: more than :data:`CHECK_LIMIT`.
    """
    if len(keys) > CHECK_LIMIT:
        raise ValueError(f"{len(keys)} records; at most {CHECK_LIMIT} can be checked in a request")
    connection.rollback()  # what was committed meanwhile counts
    settings = current_settings(connection)[0]
    rows = query(connection, "quarantine/records_to_check", {"ids": tuple(keys)})
    today = datetime.now(UTC).date()
    days = [day for row in rows if (day := STREAMS[row["stream"]].day_of(row["unit_key"]))]
    run_date = max([today, *days])
    found: dict[int, Finding | None] = {}
    for (stream, unit_key), unit in groupby(rows, key=lambda row: (str(row["stream"]), str(row["unit_key"]))):
        found |= _check_unit(connection, stream, unit_key, list(unit), settings, run_date)
    return found


def _check_unit(
    connection: Connection, stream: str, unit_key: str, rows: list[dict[str, Any]], settings: Settings, run_date: Any
) -> dict[int, Finding | None]:
    day = STREAMS[stream].day_of(unit_key)
    records = [parse_record(row["record"], stream=stream, settings=settings) for row in rows]
    references = load_record_references(connection, records, stream=STREAMS[stream], day=day, settings=settings)
    return {
        int(row["id"]): validate_record(
            values, reference, stream=stream, settings=settings, day=day, run_date=run_date
        ).rejected
        for row, values, reference in zip(rows, records, references, strict=True)
    }
