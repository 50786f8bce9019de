"""Step 3c, what the rules need to know of the database: plants, equipment, the reading before.

Input: a connection and the unit's day. Output: :class:`Reference`, joined into the frame as columns by
:func:`join_reference`, so that one suite of expectations can state every rule. A fixed number of queries per
unit, never one per row.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import polars as pl

from cmms.database import Connection, execute, query, translated_errors
from cmms.settings import Rules, Settings
from cmms.streams.stream import Stream
from cmms.sync.validate.judge_readings import USUAL_DAY, allowed_growth, limits_of

_LOOKUP_BATCH = 2_000
_FETCHED_AT_ONCE = 20_000
_MACHINES = {"equipment_number": pl.String, "equipment_id": pl.Int64, "own_point": pl.String}
_PREVIOUS = {"equipment_id": pl.Int64, "previous_hours": pl.Int64, "previous_date": pl.Date}
_UNTRUSTED = {"equipment_id": pl.Int64, "previous_date": pl.Date}
_MOST = {"equipment_id": pl.Int64, "most_a_day": pl.Int64}
_STORED = {"equipment_id": pl.Int64, "stored_text": pl.String}


@dataclass(frozen=True)
class Reference:
    """Reference data as of ``version``.

    Attributes:
        plants: plant_code, plant_id.
        equipment: equipment_number, equipment_id, own_point.
        previous: equipment_id, previous_hours (thousandths), previous_date: the newest trusted reading before the day.
        most: equipment_id, most_a_day (thousandths) of counters that have a limit of their own.
        accepted: equipment ids whose counter may decrease on the day.
        stored: equipment_id, stored_text: what the database holds of the day.

    What the stream does not need (``Stream.reference``) is None.
    """

    version: int
    plants: pl.DataFrame
    equipment: pl.DataFrame | None = None
    previous: pl.DataFrame | None = None
    most: pl.DataFrame | None = None
    accepted: frozenset[int] = frozenset()
    stored: pl.DataFrame | None = None


def load_reference(connection: Connection, *, stream: Stream, day: date | None) -> Reference:
    """Read what the rules of the stream need; ``day`` is None for a snapshot."""
    connection.rollback()  # a fresh snapshot: what was committed meanwhile counts
    needed = stream.reference
    found = Reference(
        query(connection, "sync/validate/version")[0]["version"],
        read_columns(connection, "sync/validate/plants", {}, {"plant_code": pl.String, "plant_id": pl.Int64}),
    )
    if "machines" in needed:
        found = replace(found, equipment=read_columns(connection, "sync/validate/equipment", {}, _MACHINES))
    if "counters" in needed and day and found.equipment is not None:
        events = query(connection, "sync/validate/counter_events", {"day": day})
        accepted = frozenset(row["equipment_id"] for row in events)
        previous = _load_previous(connection, day, found.equipment)
        most = read_columns(connection, "sync/validate/limits_a_day", {}, _MOST)
        found = replace(found, accepted=accepted, previous=previous, most=most)
    if "stored" in needed:
        found = replace(
            found, stored=read_columns(connection, "sync/validate/stored_rows_of_day", {"day": day}, _STORED)
        )
    return found


def _load_previous(connection: Connection, day: date, equipment: pl.DataFrame) -> pl.DataFrame:
    """The newest day before holds most machines' previous reading; the others are looked up.

    A reading that is not trusted is none that others are compared with: of those few machines the trusted one before it
    is looked up.
    """
    newest = query(connection, "sync/validate/latest_date_before", {"day": day})[0]["day"]
    if newest is None:
        return pl.DataFrame(schema=_PREVIOUS)
    on_newest = read_columns(
        connection,
        "sync/validate/readings_of_day",
        {"day": newest},
        {"equipment_id": pl.Int64, "previous_hours": pl.Int64},
    ).with_columns(previous_date=pl.lit(newest, dtype=pl.Date))
    others = equipment.join(on_newest, on="equipment_id", how="anti")["equipment_id"].to_list()
    found = pl.concat([on_newest, _look_up(connection, "sync/validate/latest_readings_before", day, others)])
    untrusted = read_columns(connection, "sync/validate/untrusted_before", {"day": day}, _UNTRUSTED)
    doubted = found.join(untrusted, on=["equipment_id", "previous_date"], how="semi")
    if doubted.is_empty():
        return found
    instead = _look_up(
        connection, "sync/validate/trusted_readings_before", day, doubted["equipment_id"].sort().to_list()
    )
    return pl.concat([found.join(doubted, on="equipment_id", how="anti"), instead])


def _look_up(connection: Connection, statement: str, day: date, machines: list[int]) -> pl.DataFrame:
    """A reading of each machine by a statement of :data:`_PREVIOUS`, some machines at a time."""
    parts = [pl.DataFrame(schema=_PREVIOUS)]
    for start in range(0, len(machines), _LOOKUP_BATCH):
        ids = tuple(machines[start : start + _LOOKUP_BATCH])
        parts.append(read_columns(connection, statement, {"day": day, "equipment_ids": ids}, _PREVIOUS))
    return pl.concat(parts)


def read_columns(
    connection: Connection, statement: str, parameters: dict[str, Any], types: dict[str, Any]
) -> pl.DataFrame:
    """The answer as a frame, converted batch by batch: as Python objects it would take several times the memory."""
    from cmms.mysql_driver import streaming_cursor

    batches = [pl.DataFrame(schema=types)]
    with translated_errors(statement), closing(streaming_cursor(connection)) as cursor:
        execute(cursor, statement, parameters)
        while rows := cursor.fetchmany(_FETCHED_AT_ONCE):
            named = zip(types.items(), zip(*rows, strict=True), strict=True)
            batches.append(pl.DataFrame([pl.Series(name, values, dtype=kind) for (name, kind), values in named]))
    return pl.concat(batches, rechunk=True)


def join_reference(frame: pl.DataFrame, reference: Reference, *, day: date | None, rules: Rules) -> pl.DataFrame:
    """Add the columns that the expectations read beside the parsed ones.

    Adds ``plant_id``; of a day, ``day`` (days since 1970); with machines, ``equipment_id``; with counters,
    :func:`_join_counters`.
    """
    joined = frame.join(reference.plants, on="plant_code", how="left", maintain_order="left")
    if day is not None:
        joined = joined.with_columns(day=pl.col("date").cast(pl.Int64))
    if reference.equipment is not None:
        joined = joined.join(reference.equipment, on="equipment_number", how="left", maintain_order="left")
    if reference.previous is not None and day is not None:
        joined = _join_counters(joined, reference, reference.previous, day=day, rules=rules)
    return joined.drop("own_point", strict=False)


def _join_counters(
    joined: pl.DataFrame, reference: Reference, previous: pl.DataFrame, *, day: date, rules: Rules
) -> pl.DataFrame:
    """Add ``foreign_point``, ``own_point_matches`` and how the counter has grown since the reading before.

    That is ``cumulative_beyond_daily`` (null when the counter was changed on the day: a part of the hours may have run
    on the old one), ``counter_growth`` (null when there is no reading before or the counter was changed),
    ``growth_while_running`` (only where growth is required), ``growth_difference`` (only when the reading before is of
    the day before), and ``previous_hours`` and ``previous_date``, for messages and :func:`mark_doubtful`. Hours are
    thousandths.
    """
    joined = joined.join(previous, on="equipment_id", how="left", maintain_order="left")
    beyond = pl.col("cumulative_hours") - pl.col("running_hours")
    if reference.accepted:
        is_accepted = pl.col("equipment_id").is_in(list(reference.accepted))
        beyond = pl.when(is_accepted).then(None).otherwise(beyond)
        joined = joined.with_columns(
            pl.when(is_accepted).then(None).otherwise(pl.col("previous_hours")).alias("previous_hours")
        )
    growth = pl.col("cumulative_hours") - pl.col("previous_hours")
    needs_growth = pl.lit(True) if rules.strict_progression else pl.col("running_hours") > 0
    day_before = pl.lit(day).dt.offset_by("-1d")
    return joined.with_columns(
        cumulative_beyond_daily=beyond,
        counter_growth=growth,
        growth_while_running=pl.when(needs_growth).then(growth),
        growth_difference=pl.when(pl.col("previous_date") == day_before).then((growth - pl.col("running_hours")).abs()),
        foreign_point=pl.when(pl.col("point") != pl.col("own_point")).then(pl.col("point")),
        own_point_matches=(pl.col("point") == pl.col("own_point")).fill_null(False),
    )


def mark_doubtful(joined: pl.DataFrame, reference: Reference, *, day: date, settings: Settings) -> pl.DataFrame:
    """Add ``is_doubtful``: the counter has grown by more than can be; the merge looks closer at these readings.

    With ``rules.spike_sigmas`` every reading with one before it needs its machine's history, so all are marked.

    Args:
        joined: with the columns of :func:`join_reference`.
        reference: that was joined.
        day: of the unit.
        settings: with limits and time zone.
    """
    growth = pl.col("counter_growth")
    limits = limits_of(settings)
    if limits.sigmas is not None:
        return joined.with_columns(is_doubtful=growth.is_not_null())
    usual = {
        before: allowed_growth(before, day, limits, most=USUAL_DAY)
        for before in joined["previous_date"].drop_nulls().unique()
    }
    allowed = pl.col("previous_date").replace_strict(usual, default=None, return_dtype=pl.Int64)
    if reference.most is None or reference.most.is_empty():
        return joined.with_columns(is_doubtful=(growth > allowed).fill_null(False))
    days = (pl.lit(day) - pl.col("previous_date")).dt.total_days()
    own = pl.col("most_a_day") * days + limits.tolerance  # longer days, if they count, are left to the merge
    with_most = joined.join(reference.most, on="equipment_id", how="left", maintain_order="left")
    return with_most.with_columns(is_doubtful=(growth > pl.coalesce(own, allowed)).fill_null(False)).drop("most_a_day")
