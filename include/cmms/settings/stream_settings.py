"""The settings of each stream: those of all, with its own fields and defaults. Input: :data:`cmms.streams.STREAMS`."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, ClassVar, Literal

from pydantic import Field, TypeAdapter, create_model

from cmms.settings.section import Factor, Frozen, Names, TimeZoneName
from cmms.settings.source_settings import (
    Auth,
    DateParameters,
    EmptyAnswer,
    EquipmentParameter,
    HintAction,
    Hints,
    Incremental,
    Pagination,
    PlantParameter,
    Retries,
    Timeouts,
)
from cmms.streams import STREAMS
from cmms.streams.stream import Stream


class Numbers(Frozen):
    """How RECDV and CNTRR are written and in which unit they come (factor to hours)."""

    decimal_separator: Literal[".", ","] = "."
    running_hours_factor: Factor = Fraction(1)
    cumulative_hours_factor: Factor = Fraction(1)
    excess_digits: Literal["round", "reject"] = "round"

    def factor_of(self, field: str) -> Fraction:
        """What a field's values are multiplied by; 1 where no factor can be set."""
        factor: Fraction = getattr(self, f"{field}_factor", Fraction(1))
        return factor


class FieldNames(Frozen):
    """Candidate source names per field of a stream (:mod:`cmms.streams`); the first one present in a record wins.

    ``equipment.number`` names the key ``number`` of an object ``equipment`` in the record.
    """

    def of(self, field: str) -> tuple[str, ...]:
        """The candidates; none for a field that the stream does not have."""
        names: tuple[str, ...] = getattr(self, field, ())
        return names

    def as_dict(self) -> dict[str, tuple[str, ...]]:
        """All candidates by field."""
        return {field: self.of(field) for field in type(self).model_fields}


class StreamSettings(Frozen):
    """One stream of the source: where it is, how to ask for it, how to read the answer.

    ``definition``: what the stream is. ``strict``: what could lose records or show a secret is refused, not only warned
    of. ``allow_plain_http``: the credential may go to another machine without TLS. ``empty_answers``: what means
    "no records" besides an empty list: ``null`` in its place, status 204 (``no_content``), status 404 (``not_found``).
    """

    path: str = ""
    strict: bool = False
    allow_plain_http: bool = False
    hints: Hints = Hints()
    static_parameters: dict[str, str | tuple[str, ...]] = Field(default_factory=dict)
    headers: dict[str, str] = Field(default_factory=dict)
    date_parameters: DateParameters = DateParameters()
    plant_parameter: PlantParameter = PlantParameter()
    equipment_parameter: EquipmentParameter = EquipmentParameter()
    auth: Auth = Auth()
    pagination: Pagination = Pagination()
    records_path: str = "data"
    gzip: bool = True
    conditional_requests: bool = False
    timeouts: Timeouts = Timeouts()
    retries: Retries = Retries()
    requests_per_second: float | None = Field(None, gt=0)
    parallel_requests: int = Field(1, ge=1, le=32)
    max_body_bytes: int = Field(256 * 1024 * 1024, ge=1024)
    incremental: Incremental = Incremental()
    numbers: Numbers = Numbers()
    timezone: TimeZoneName | None = None
    allow_empty: bool = False
    empty_answers: frozenset[EmptyAnswer] = frozenset(("null", "no_content"))
    fields: FieldNames = FieldNames()
    definition: ClassVar[Stream]

    def action_on(self, kind: str) -> Literal["fail", "warn", "ignore"]:
        """What follows from a hint of this kind (a field of :class:`Hints`)."""
        action: HintAction = getattr(self.hints, kind)
        if action == "auto":
            return "fail" if self.strict else "warn"
        return action


def _fields_model(stream: Stream) -> type[FieldNames]:
    names: dict[str, Any] = {known.name: (Names, known.names) for known in stream.fields}
    return create_model("FieldNames", __base__=FieldNames, **names)


def _own_settings(stream: Stream) -> tuple[Any, StreamSettings]:
    """The settings of one stream, those of all with its own fields and defaults: their model, and the default."""
    fields = _fields_model(stream)
    own: dict[str, Any] = {"fields": (fields, fields())}
    for name, value in stream.defaults.items():
        kind: Any = StreamSettings.model_fields[name].annotation
        own[name] = (kind, TypeAdapter(kind).validate_python(value))
    model: Any = create_model("StreamSettings", __base__=StreamSettings, **own)
    model.definition = stream
    return model, model()


_EACH: dict[str, Any] = {name: _own_settings(stream) for name, stream in STREAMS.items()}
Streams: Any = create_model("Streams", __base__=Frozen, **_EACH)
"""The settings of every stream, each with the ``api`` section's values as defaults."""
