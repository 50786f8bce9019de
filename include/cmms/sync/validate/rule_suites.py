"""The rules of a stream as they stand in their file, their parameters, and what is said of a row that breaks one. Pure.

Two interpreters read them: :mod:`cmms.sync.validate.apply_rules` by Great Expectations, chunk by chunk, and
:mod:`cmms.sync.validate.validate_record` for a few records in a request. What a rule finds is said here, for both.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from cmms.package_files import find_folder, read_package_file
from cmms.settings import Settings
from cmms.streams import STREAMS
from cmms.streams.stream import Field, Stream

SUITES = find_folder("expectations")
EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class Finding:
    """One rule that one row broke."""

    code: str
    rule: str
    field: str | None
    message: str


def find(rule: Mapping[str, Any], values: Mapping[str, Any], parameters: Mapping[str, Any]) -> Finding:
    """What is said of a row that breaks a critical rule.

    Args:
        rule: of the suite.
        values: of the row: ``problem``, and what ``meta.compared`` names.
        parameters: see :func:`suite_parameters`.
    """
    meta = rule["meta"]
    named = meta.get("field")
    if named is None and values["problem"] is not None:
        named = values["problem"].partition(":")[2] or None
    message = f"{named}: {meta['message']}" if named and named not in meta["message"] else meta["message"]
    if "compared" in meta:
        read = (_readable(name, parameters[name] if name in parameters else values[name]) for name in meta["compared"])
        message = f"{message} ({' against '.join(read)})"
    return Finding(meta["code"], meta["rule"], named, message)


def _readable(name: str, value: Any) -> str:
    """A column's value, or a parameter's, as people write it: hours with three places, days as dates."""
    if name.endswith("_day"):
        return str(EPOCH + timedelta(days=value))
    if name.endswith("_hours"):
        return f"{value // 1000}.{value % 1000:03d}"
    return str(value)


def suite_parameters(
    settings: Settings, days: tuple[date, date] | None, run_date: date | None = None
) -> dict[str, Any]:
    """Values of the suites' ``$PARAMETER`` names; days since 1970, hours in thousandths.

    Future and old are seen from the run's own day, a parameter of the run, never from the wall clock.
    """
    if days is None:
        return {}
    first, last = days
    today = run_date or last
    rules = settings.rules
    return {
        "first_day": (first - EPOCH).days,
        "last_day": (last - EPOCH).days,
        "latest_day": (today - EPOCH).days + rules.future_days,
        "oldest_day": (_years_before(today, rules.old_after_years) - EPOCH).days,
        "day_length": day_length_thousandths(last, settings.zone),
        "mismatch_tolerance": int(rules.hours_mismatch_tolerance * 1000),
    }


def day_length_thousandths(day: date, zone: ZoneInfo) -> int:
    """Length of a local day: 24 h, or longer on the day that a DST change prolongs (never shorter)."""
    start = datetime(day.year, day.month, day.day, tzinfo=zone)
    following = day + timedelta(days=1)
    end = datetime(following.year, following.month, following.day, tzinfo=zone)
    return max(24_000, int((end.timestamp() - start.timestamp()) / 3600 * 1000))


def _years_before(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # 29 February
        return day.replace(year=day.year - years, day=28)


def find_suite(stream: Stream) -> Path:
    """``expectations/<stream>.json`` of the package, or of the folder that the stream brings."""
    folder = stream.files / "expectations" if stream.files else SUITES
    return folder / f"{stream.name}.json"


@cache
def load_suite(stream: str) -> dict[str, Any]:
    """The suite file, and a limit for each text field whose length it does not limit.

    Raises:
        PackageIncomplete: it is not there.
    """
    suite: dict[str, Any] = json.loads(read_package_file(find_suite(STREAMS[stream])))
    return {**suite, "expectations": _limit_lengths(suite["expectations"], STREAMS[stream])}


def _limit_lengths(rules: list[dict[str, Any]], stream: Stream) -> list[dict[str, Any]]:
    """The rules, and behind the last one about a length those that follow from the fields; a rule of the file wins."""
    limited = {rule["kwargs"]["column"] for rule in rules if "max_value" in rule["kwargs"]}
    texts = [known for known in stream.fields if known.kind == "text" and known.length]
    missing = [_limit_length(known) for known in texts if f"{known.name}_length" not in limited]
    lengths = [index for index, rule in enumerate(rules, start=1) if rule["kwargs"]["column"].endswith("_length")]
    place = max(lengths, default=len(rules))
    return [*rules[:place], *missing, *rules[place:]]


def _limit_length(known: Field) -> dict[str, Any]:
    return {
        "type": "expect_column_values_to_be_between",
        "kwargs": {"column": f"{known.name}_length", "max_value": known.length},
        "severity": "critical",
        "meta": {
            "code": "TOO_LONG",
            "rule": "VAL-08",
            "why": "Longer than the column; a cut code would name another thing, a cut text would lie.",
            "message": f"{known.name} is longer than {known.length} characters",
            "field": known.name,
        },
    }
