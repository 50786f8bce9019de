"""How the records of a stream get into its table. A stream names its kind (``Stream.merge``); steps ask the kind.

Each kind is a value beside the code that it names: ``MACHINES`` in :mod:`cmms.sync.merge.merge_equipment`,
``READINGS`` in :mod:`cmms.sync.merge.merge_running_time`, ``BY_MACHINE`` in :mod:`cmms.sync.merge.merge_by_machine`.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from cmms.database import Connection, Cursor
from cmms.streams.stream import Stream
from cmms.sync.merge.merge_outcome import Outcome
from cmms.sync.merge.stage import Stage
from cmms.sync.runs.run_context import RunContext
from cmms.sync.validate.validation_result import ValidationResult


@dataclass(frozen=True, kw_only=True)
class MergeKind:
    """One way of staging and merging; statements by their names below ``include/sql``.

    A name that ends with ``:`` is a statement of all streams, completed by the stream's name.

    Attributes:
        shape: validated rows -> the columns of the staging table.
        merge: staged rows -> the table, inside the merge's transaction.
        create: makes the staging table.
        insert: fills it where LOAD DATA LOCAL is forbidden.
        changes: makes the session's empty table of changes.
        stored: which run has stored a record.
        has_day: whether anything of a day is stored: if nothing, a file is staged instead of a table; empty: never.
    """

    shape: Callable[[RunContext, Connection, pl.DataFrame], pl.DataFrame]
    merge: Callable[[Cursor, RunContext, ValidationResult, Stage], Outcome]
    create: str
    insert: str
    changes: str
    stored: str
    has_day: str = ""


def kind_of(stream: Stream) -> MergeKind:
    """The kind that the stream names.

    Raises:
        TypeError: what it names is none.
    """
    found = pkgutil.resolve_name(stream.merge)
    if not isinstance(found, MergeKind):
        raise TypeError(f"{stream.name}: {stream.merge} is no MergeKind")
    return found


def statement_of(name: str, stream: Stream) -> str:
    """The name of a kind's statement, as ``load_sql`` takes it."""
    return f"{name}{stream.name}" if name.endswith(":") else name
