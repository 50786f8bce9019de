"""Part of verify: the marks of every stored reading, derived again from the reading before it.

Input: all readings, day by day. Output: a sentence per difference. A set-based statement finds the readings
whose marks look wrong; :func:`~cmms.sync.merge.flag_following_days.chain_codes`, which the merge uses too, has the
last word, under the limits of today or any that a kept run has worked with.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from cmms.database import Connection, query
from cmms.operations.verify.stream_rows import stream_rows
from cmms.settings import Rules
from cmms.sync.merge.flag_following_days import CHAIN_CODES, chain_codes


def verify_chains(connection: Connection, rules: Rules) -> Iterator[str]:
    """Differences between stored and derived marks, oldest day first."""
    known = [rules, *_rules_used(connection, rules)]
    limits = {"strict": rules.strict_progression, "tolerance": int(rules.hours_mismatch_tolerance * 1000)}
    previous_day: date | None = None
    for row in query(connection, "operations/verify/reading_days"):
        pair = {"day": row["day"], "previous_day": previous_day}
        if previous_day is not None:
            for reading in stream_rows(connection, "operations/verify/chain", {**pair, **limits}):
                yield from _differences(reading, known)
        for reading in stream_rows(connection, "operations/verify/chain_gaps", pair):
            yield from _differences(reading, known)
        previous_day = row["day"]


def _differences(row: dict[str, Any], known: list[Rules]) -> Iterator[str]:
    reading = f"Reading {row['id']} (machine {row['equipment_id']}, {row['date']})"
    if row["is_below_daily"]:
        yield f"{reading}: the counter is lower than the running hours of its own day."
    if (row["quality"] == "warning") != (row["quality_code"] is not None):
        yield f"{reading}: quality is {row['quality']}, its codes are {row['quality_code'] or 'none'}."
    derived = [_derived_codes(row, rules) for rules in known]
    if row["quality_code"] not in derived:
        stored = row["quality_code"] or "none"
        yield f"{reading}: its codes are {stored}, the reading before gives {derived[0] or 'none'}."


def _derived_codes(row: dict[str, Any], rules: Rules) -> str | None:
    if row["growth"] is not None:
        return chain_codes(row, day=row["previous_date"], rules=rules)
    codes = set((row["quality_code"] or "").split(",")) - CHAIN_CODES - {""}  # nothing before it to compare with
    return ",".join(sorted(codes)) or None


def _rules_used(connection: Connection, today: Rules) -> list[Rules]:
    """The limits of kept runs, each once, where they differ from today's."""
    wanted = ("hours_mismatch_tolerance", "strict_progression")
    used: list[Rules] = []
    for row in query(connection, "operations/verify/rules_used"):
        values = {name: row[name] for name in wanted if row[name] is not None}
        rules = Rules.model_validate({**today.model_dump(), **values})
        if rules not in (today, *used):
            used.append(rules)
    return used
