"""Steps 3c and 3d for a few records in a request: typed values and reference data -> broken rules, in pure Python.

Input: parsed records and what the database knows of them. Output: :class:`RecordResult`. The rules are those of
``include/expectations/<stream>.json``, as for :mod:`cmms.sync.validate.apply_rules`; a test holds both interpreters
equal. Imports neither polars nor Great Expectations: the API server uses it to check whether a corrected record would
pass.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from cmms.settings import Rules, Settings
from cmms.streams import STREAMS, StreamName
from cmms.sync.validate.rule_suites import EPOCH, Finding, find, load_suite, suite_parameters


@dataclass(frozen=True)
class RecordReference:
    """What the database knows of one record.

    Attributes:
        plant_id: of its plant; None: there is none.
        equipment_id: of its machine; None: there is none.
        own_point: the measuring point that the machine has in the master data.
        previous_hours: thousandths of the machine's newest reading before the day.
        previous_date: the day of that reading.
        is_accepted: the counter was changed on this day, or a person has accepted that it shows less.
    """

    plant_id: int | None = None
    equipment_id: int | None = None
    own_point: str | None = None
    previous_hours: int | None = None
    previous_date: date | None = None
    is_accepted: bool = False


@dataclass(frozen=True)
class RecordResult:
    """Result for one record: ``rejected`` by the first critical rule; otherwise accepted, with ``warnings``."""

    rejected: Finding | None
    warnings: tuple[str, ...]


def validate_record(
    values: Mapping[str, Any],
    reference: RecordReference,
    *,
    stream: StreamName,
    settings: Settings,
    day: date | None,
    run_date: date | None = None,
) -> RecordResult:
    """Apply the rules of the stream to one record.

    Args:
        values: of a parsed record (:mod:`cmms.sync.validate.parse_record`).
        reference: see there.
        stream: whose suite.
        settings: limits of the rules.
        day: of the unit; None for a snapshot.
        run_date: the day against which a date counts as old or in the future; default: ``day``.
    """
    measured = {**values, **measure(values, reference, stream=stream, rules=settings.rules, day=day)}
    parameters = suite_parameters(settings, None if day is None else (day, day), run_date)
    broken = [rule for rule in load_suite(stream)["expectations"] if _is_broken(rule, measured, parameters)]
    critical = next((rule for rule in broken if rule["severity"] == "critical"), None)
    if critical is not None:
        return RecordResult(find(critical, measured, parameters), ())
    return RecordResult(None, tuple(sorted({r["meta"]["code"] for r in broken if r["severity"] == "warning"})))


def measure(
    values: Mapping[str, Any], reference: RecordReference, *, stream: StreamName, rules: Rules, day: date | None
) -> dict[str, Any]:
    """What the rules check besides the values: lengths, days since 1970, differences of counters in thousandths.

    The names are those of :func:`~cmms.sync.validate.load_reference.join_reference` and of the suites.
    """
    texts = [known.name for known in STREAMS[stream].fields if known.kind == "text"]
    created = values["api_created_at"]
    problem = values["problem"]
    found: dict[str, Any] = {
        **{f"{name}_length": None if values[name] is None else len(values[name]) for name in texts},
        "problem_code": None if problem is None else problem.partition(":")[0],
        "api_created_day": None if created is None else (created.date() - EPOCH).days,
        "plant_id": reference.plant_id,
    }
    if day is not None:
        found["day"] = None if values["date"] is None else (values["date"] - EPOCH).days
    if "machines" in STREAMS[stream].reference:
        found["equipment_id"] = reference.equipment_id
    if STREAMS[stream].has_hours and day is not None:
        found |= _measure_counter(values, reference, rules, day)
    return found


def _measure_counter(values: Mapping[str, Any], reference: RecordReference, rules: Rules, day: date) -> dict[str, Any]:
    own, counter, hours = reference.own_point, values["cumulative_hours"], values["running_hours"]
    before = None if reference.is_accepted else reference.previous_hours
    growth = None if counter is None or before is None else counter - before
    needs_growth = rules.strict_progression or (hours is not None and hours > 0)
    follows = reference.previous_date == day - timedelta(days=1)
    point = values["point"]
    return {
        "cumulative_beyond_daily": (
            None if counter is None or hours is None or reference.is_accepted else counter - hours
        ),
        "previous_hours": before,
        "counter_growth": growth,
        "growth_while_running": growth if needs_growth else None,
        "growth_difference": abs(growth - hours) if follows and growth is not None and hours is not None else None,
        "foreign_point": point if point is not None and own is not None and point != own else None,
    }


def _is_broken(rule: Mapping[str, Any], measured: Mapping[str, Any], parameters: Mapping[str, Any]) -> bool:
    expected = {
        name: parameters[value["$PARAMETER"]] if isinstance(value, dict) else value
        for name, value in rule["kwargs"].items()
        if name != "column"
    }
    return not _HOLDS[rule["type"]](measured[rule["kwargs"]["column"]], expected)


def _is_between(value: Any, expected: Mapping[str, Any]) -> bool:
    low, high = expected.get("min_value"), expected.get("max_value")
    if value is None:
        return True
    above = low is None or (value > low if expected.get("strict_min") else value >= low)
    return above and (high is None or (value < high if expected.get("strict_max") else value <= high))


_HOLDS: Mapping[str, Callable[[Any, Mapping[str, Any]], bool]] = {
    "expect_column_values_to_not_be_null": lambda value, _: value is not None,
    "expect_column_values_to_be_null": lambda value, _: value is None,
    "expect_column_values_to_not_be_in_set": lambda value, expected: value not in expected["value_set"],
    "expect_column_values_to_be_between": _is_between,
}
"""The kinds of expectations that the suites use; a limit does not apply to null."""
