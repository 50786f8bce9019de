"""The typed records that travel between the steps: scope, units, landed pages, counts, run summary.

All are frozen and JSON-serialisable through :meth:`to_dict` / ``from_dict`` so that Airflow's XCom carries
only small descriptors.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields
from datetime import date, datetime
from typing import Any, Literal, Self

from cmms.streams import STREAMS, StreamName
from cmms.streams.stream import Stream
from cmms.streams.unit import DEFAULT_SOURCE, Unit

Level = Literal["critical", "high", "medium", "low", "info"]
Status = Literal["running", "success", "partial", "failed", "cancelled"]
OPEN_STATUSES = ("queued", "running", "paused")
"""Of a run that has not ended."""
WORKING_STATUSES = ("running", "paused")
"""Of a run whose steps are under way."""
GOOD_STATUSES = ("success", "partial")
"""Of a run that has stored everything valid."""
FINISHED_STATUSES = (*GOOD_STATUSES, "failed")
"""Of a run that has ended by itself: a cancelled one says nothing about health."""
UNSUCCESSFUL_STATUSES = ("failed", "cancelled")
"""Of a run that has not done what was asked."""
RETRYABLE_STATUSES = (*UNSUCCESSFUL_STATUSES, "partial")
"""Of a run that can be started again as a new one."""
CLOSED_STATUSES = ("success", *RETRYABLE_STATUSES)
"""Of a run that has ended."""


@dataclass(frozen=True)
class Scope:
    """What a run covers. Empty lists mean all; dates are plant-local days, both inclusive.

    ``run_date`` is the run's own day, set when it is opened: what lies in the future or is years old, is so
    seen from it, never from the clock.
    """

    stream: StreamName
    start_date: date | None = None
    end_date: date | None = None
    plant_codes: tuple[str, ...] = ()
    equipment_numbers: tuple[str, ...] = ()
    full_refresh: bool = False
    run_date: date | None = None

    @property
    def definition(self) -> Stream:
        """What the stream is."""
        return STREAMS[self.stream]

    @property
    def units(self) -> tuple[Unit, ...]:
        """The units of work, oldest first."""
        return tuple(map(self.unit, self.definition.unit_keys(self.start_date, self.end_date)))

    def unit(self, key: str) -> Unit:
        """The unit of that key."""
        return Unit(DEFAULT_SOURCE, self.stream, key)

    @property
    def is_restricted(self) -> bool:
        """True when only some plants or machines are asked for: then nothing can be called missing."""
        return bool(self.plant_codes or self.equipment_numbers)

    @classmethod
    def nothing(cls) -> Self:
        """Of a run that asks for no unit: a log row needs a stream."""
        return cls(next(iter(STREAMS)))

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        raw = asdict(self)
        return {key: value.isoformat() if isinstance(value, date) else value for key, value in raw.items()}

    @classmethod
    def from_dict(cls, raw: dict[str, Any]) -> Self:
        """Inverse of :meth:`to_dict`."""
        return cls(
            stream=raw["stream"],
            start_date=date.fromisoformat(raw["start_date"]) if raw.get("start_date") else None,
            end_date=date.fromisoformat(raw["end_date"]) if raw.get("end_date") else None,
            plant_codes=tuple(raw.get("plant_codes") or ()),
            equipment_numbers=tuple(raw.get("equipment_numbers") or ()),
            full_refresh=bool(raw.get("full_refresh", False)),
            run_date=date.fromisoformat(raw["run_date"]) if raw.get("run_date") else None,
        )


@dataclass(frozen=True)
class PlannedRequest:
    """One logical request (all its pages): path and query parameters, without credentials or paging.

    ``units`` are those whose records it may hold: one day, or the days of a range request.
    """

    path: str
    parameters: tuple[tuple[str, str], ...]
    units: tuple[Unit, ...]
    plant_code: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values; its batch names the stream."""
        return _with_keys(self)

    @classmethod
    def from_dict(cls, raw: dict[str, Any], stream: StreamName) -> Self:
        """Inverse of :meth:`to_dict`."""
        parameters = tuple((name, value) for name, value in raw["parameters"])
        return cls(raw["path"], parameters, _units(raw["unit_keys"], stream), raw.get("plant_code"))


@dataclass(frozen=True)
class Batch:
    """What one mapped fetch task asks for: one or more units and all requests for them."""

    units: tuple[Unit, ...]
    requests: tuple[PlannedRequest, ...]

    @property
    def first(self) -> Unit:
        """The unit by which its folder is named."""
        return self.units[0]

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values: the stream and the keys of its units."""
        requests = [request.to_dict() for request in self.requests]
        return {"stream": self.first.stream, "unit_keys": _keys(self.units), "requests": requests}

    @classmethod
    def from_dict(cls, raw: dict[str, Any]) -> Self:
        """Inverse of :meth:`to_dict`."""
        stream = raw["stream"]
        requests = tuple(PlannedRequest.from_dict(request, stream) for request in raw["requests"])
        return cls(_units(raw["unit_keys"], stream), requests)


@dataclass(frozen=True)
class LandedPage:
    """One page as received, gzip-compressed in the storage.

    A page too large for memory is cut into several, each with the same records in the same order.

    Attributes:
        number: 1-based number within the batch's landing, in request order.
        file: path relative to the storage base.
        records: how many records the page holds.
        sha256: of the file as it lies in the storage, so that a damaged hand-over is noticed.
        units: those that its request asked for: a record of another day was not asked for.
        plant_code: the plant its request asked for, if it asked for one only.
    """

    number: int
    file: str
    records: int
    sha256: str
    units: tuple[Unit, ...] = ()
    plant_code: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return _with_keys(self)

    @classmethod
    def from_dict(cls, raw: dict[str, Any], stream: StreamName) -> Self:
        """Inverse of :meth:`to_dict`."""
        values = dict(raw)
        return cls(units=_units(values.pop("unit_keys", ()), stream), **values)


@dataclass(frozen=True)
class AnsweredRequest:
    """What came of one planned request, all its pages together.

    Attributes:
        units: those that it asked for.
        plant_codes: the plants that it asked for; empty: all.
        records: how many came.
        total: how many there are, if the source says so.
        doubts: why more may exist than came, one sentence each; then nothing can be called missing or resolved.
    """

    units: tuple[Unit, ...]
    plant_codes: tuple[str, ...] = ()
    records: int = 0
    total: int | None = None
    doubts: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return _with_keys(self)

    @classmethod
    def from_dict(cls, raw: dict[str, Any], stream: StreamName) -> Self:
        """Inverse of :meth:`to_dict`."""
        values = dict(raw)
        return cls(
            units=_units(values.pop("unit_keys", ()), stream),
            plant_codes=tuple(values.pop("plant_codes", ())),
            doubts=tuple(values.pop("doubts", ())),
            **values,
        )


@dataclass(frozen=True)
class Manifest:
    """What a fetch landed for one group of units; written last, so its presence means complete.

    Its file names units by their keys, for it lies in the folder of its run, which is of one stream.

    ``answers`` has one entry per request; None: written by a version that did not note them. ``exposed``: why a secret
    went over plain HTTP, if it did.
    """

    sync_log_id: int
    units: tuple[Unit, ...]
    pages: tuple[LandedPage, ...]
    records: int
    repeated_pages: int
    started_at: datetime
    api_ms: int
    not_modified: bool = False
    answers: tuple[AnsweredRequest, ...] | None = None
    exposed: str | None = None

    @property
    def first(self) -> Unit:
        """The unit by which its folder is named."""
        return self.units[0]

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            **_with_keys(self),
            "pages": [page.to_dict() for page in self.pages],
            "started_at": self.started_at.isoformat(),
            "answers": None if self.answers is None else [answer.to_dict() for answer in self.answers],
        }

    @classmethod
    def from_dict(cls, raw: dict[str, Any], stream: StreamName) -> Self:
        """Inverse of :meth:`to_dict`; ``stream`` is that of its run."""
        values = dict(raw)
        answers = values.pop("answers", None)
        return cls(
            units=_units(values.pop("unit_keys"), stream),
            pages=tuple(LandedPage.from_dict(page, stream) for page in values.pop("pages")),
            started_at=datetime.fromisoformat(values.pop("started_at")),
            answers=None if answers is None else tuple(AnsweredRequest.from_dict(one, stream) for one in answers),
            **values,
        )


def _keys(units: Iterable[Unit]) -> tuple[str, ...]:
    return tuple(unit.key for unit in units)


def _units(keys: Iterable[str], stream: StreamName) -> tuple[Unit, ...]:
    return tuple(Unit(DEFAULT_SOURCE, stream, key) for key in keys)


def _with_keys(record: PlannedRequest | LandedPage | AnsweredRequest | Manifest) -> dict[str, Any]:
    """Its values by field; its units as ``unit_keys``, which is how files and XCom name them."""
    values = {known.name: getattr(record, known.name) for known in fields(record)}
    del values["units"]
    return {"unit_keys": _keys(record.units), **values}


def failed_percent(rejected: int, fetched: int) -> float:
    """Rejected records per hundred fetched; 0 when nothing was fetched."""
    return 100 * rejected / fetched if fetched else 0.0


@dataclass(frozen=True)
class Counts:
    """Records of one or more units. ``fetched`` is always the sum of the other outcomes."""

    fetched: int = 0
    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    superseded: int = 0
    rejected: int = 0
    warnings: int = 0

    @property
    def success(self) -> int:
        """Everything that was not rejected."""
        return self.fetched - self.rejected

    @property
    def failed_percent(self) -> float:
        """Rejected records per hundred fetched; 0 when nothing was fetched."""
        return failed_percent(self.rejected, self.fetched)

    def __add__(self, other: Counts) -> Counts:
        return Counts(**{name: value + getattr(other, name) for name, value in asdict(self).items()})


@dataclass(frozen=True)
class RunSummary:
    """The one account of a finished run: feeds log row, alerts, command line and UI. Nobody recounts."""

    sync_log_id: int
    sync_type: str
    status: Status
    level: Level
    counts: Counts
    scope: Scope
    started_at: datetime
    completed_at: datetime
    dag_id: str | None = None
    run_id: str | None = None
    stale_master: bool = False
    error_class: str | None = None
    error_category: str | None = None
    error_message: str | None = None
    rejects_by_code: tuple[tuple[str, int], ...] = ()
    warnings_by_code: tuple[tuple[str, int], ...] = ()
    timings_ms: dict[str, int] = field(default_factory=dict)
    units: int = 0
    doubts: tuple[str, ...] = ()
    exposures: tuple[str, ...] = ()
