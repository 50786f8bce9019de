"""Part of verify: the marks of every stored reading, derived again from the reading before it, and what is doubtful.

Input: all readings, day by day. Output: a sentence per difference. A set-based statement finds the readings
whose marks look wrong; :func:`~cmms.sync.merge.chain_marks.chain_codes`, which the merge uses too, has the
last word, under the limits of today or any that a kept run has worked with. Machines with doubtful or void readings are
left to :mod:`cmms.operations.verify.verify_doubts`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from cmms.database import Connection, query
from cmms.operations.verify.stream_rows import stream_rows
from cmms.operations.verify.verify_doubts import doubted_machines, verify_doubts
from cmms.settings import Rules, Settings
from cmms.sync.merge.chain_marks import chain_codes, own_codes
from cmms.sync.validate.judge_readings import USUAL_DAY, allowed_growth, limits_of


def verify_chains(connection: Connection, settings: Settings) -> Iterator[str]:
    """Differences between stored and derived marks and doubts: first of most machines, oldest day first."""
    rules = settings.rules
    known = [rules, *_rules_used(connection, rules)]
    doubted = doubted_machines(connection, known)
    apart = frozenset(doubted)
    for row in _suspects(connection, settings):
        if row["equipment_id"] not in apart:
            yield from _differences(row, known, settings)
    yield from verify_doubts(connection, settings, known, doubted)


def _suspects(connection: Connection, settings: Settings) -> Iterator[dict[str, Any]]:
    """Readings that look wrong beside the one of the stored day before, and all whose machine has none there."""
    rules = settings.rules
    limits = {"strict": rules.strict_progression, "tolerance": int(rules.hours_mismatch_tolerance * 1000)}
    previous_day: date | None = None
    for row in query(connection, "operations/verify/reading_days"):
        pair = {"day": row["day"], "previous_day": previous_day}
        if previous_day is not None:
            allowed = allowed_growth(previous_day, row["day"], limits_of(settings), most=USUAL_DAY)
            yield from stream_rows(connection, "operations/verify/chain", {**pair, **limits, "allowed": allowed})
        yield from stream_rows(connection, "operations/verify/chain_gaps", pair)
        previous_day = row["day"]


def _differences(row: dict[str, Any], known: Sequence[Rules], settings: Settings) -> Iterator[str]:
    reading = f"Reading {row['id']} (machine {row['equipment_id']}, {row['date']})"
    if row["is_below_daily"]:
        yield f"{reading}: the counter is lower than the running hours of its own day."
    if (row["quality"] == "warning") != (row["quality_code"] is not None):
        yield f"{reading}: quality is {row['quality']}, its codes are {row['quality_code'] or 'none'}."
    derived = [_derived_codes(row, rules) for rules in known]
    if row["quality_code"] not in derived:
        stored = row["quality_code"] or "none"
        yield f"{reading}: its codes are {stored}, the reading before gives {derived[0] or 'none'}."
    if all(_exceeds(row, settings.model_copy(update={"rules": rules})) for rules in known):
        grown = f"{row['growth'] / 1000:,} h since {row['previous_date']}"
        yield f"{reading}: not doubtful, but its counter has grown by {grown}."


def _exceeds(row: dict[str, Any], settings: Settings) -> bool:
    """Whether the reading should be doubtful."""
    if row["growth"] is None or row["is_accepted"]:
        return False
    return int(row["growth"]) > allowed_growth(row["previous_date"], row["date"], limits_of(settings), most=USUAL_DAY)


def _derived_codes(row: dict[str, Any], rules: Rules) -> str | None:
    if row["growth"] is not None:
        return chain_codes(row, day=row["previous_date"], rules=rules)
    return own_codes(row["quality_code"])


def _rules_used(connection: Connection, today: Rules) -> list[Rules]:
    """The limits of kept runs, each once, where they differ from today's."""
    wanted = ("hours_mismatch_tolerance", "strict_progression", "spike_sigmas")
    used: list[Rules] = []
    for row in query(connection, "operations/verify/rules_used"):
        values = {name: row[name] for name in wanted if row[name] is not None}
        rules = Rules.model_validate({**today.model_dump(), **values})
        if rules not in (today, *used):
            used.append(rules)
    return used
