"""The one settings object: everything a site may configure, validated once, then frozen.

Input: the settings file (``cmms.settings_files`` finds it), or a version stored in
``config_versions``, which wins. Output: :class:`Settings`. Nothing secret belongs here: credentials live in
the Airflow connections ``cmms_api``, ``cmms_mysql``, ``cmms_slack`` and ``cmms_smtp``.

``api`` holds the defaults of all streams; a stream's own section, such as ``streams.equipment``, overrides any
of them. Errors name the field and what is allowed.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal
from zoneinfo import ZoneInfo, available_timezones

import yaml
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    create_model,
    model_validator,
)

from cmms.body_path import check_path
from cmms.errors import SettingsError
from cmms.parse_input import parse_ratio
from cmms.settings_files import find_settings_file
from cmms.streams import STREAMS, StreamName
from cmms.streams.stream import Stream

API_CONNECTION = "cmms_api"
MYSQL_CONNECTION = "cmms_mysql"
SLACK_CONNECTION = "cmms_slack"
SMTP_CONNECTION = "cmms_smtp"
POOL = "cmms_sync"


def _factor(value: Any) -> Fraction:
    """Exact factor from ``1``, ``"0.5"`` or ``"1/3600"``; floats are read as they are written in YAML."""
    try:
        factor = parse_ratio(value)
    except ValueError as error:
        raise ValueError('a positive number or a fraction such as "1/3600"') from error
    if factor <= 0:
        raise ValueError('a positive number or a fraction such as "1/3600"')
    return factor


def _timezone(value: Any) -> str:
    if not isinstance(value, str) or value not in available_timezones():
        raise ValueError("an IANA time zone name such as Europe/Berlin or UTC")
    return value


def _body_path(value: Any) -> Any:
    return check_path(value) if isinstance(value, str) else value


def _names(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Factor = Annotated[Fraction, BeforeValidator(_factor)]
TimeZoneName = Annotated[str, BeforeValidator(_timezone)]
BodyPath = Annotated[str, BeforeValidator(_body_path)]
Names = Annotated[tuple[str, ...], BeforeValidator(_names)]


_LONGEST_SECONDS = 10_000_000
"""About four months: sockets and locks take no time-out without end."""


class Frozen(BaseModel):
    """Base of all sections: immutable, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True, allow_inf_nan=False)


class DateParameters(Frozen):
    """How a request names its day or days. ``format`` is a strftime pattern in the site's zone.

    ``none``: by no parameter, because path or static parameters hold them; ``everything``: not at all, because every
    answer of the source holds all days.

    ``end_is_exclusive``: the end of a range is the first day that is not wanted any more.
    """

    mode: Literal["single", "range", "none", "everything"] = "single"
    single: str = "date"
    start: str = "start_date"
    end: str = "end_date"
    end_is_exclusive: bool = False
    format: str = "%Y-%m-%d"


class PlantParameter(Frozen):
    """Plants as one request each, as one repeated parameter, or not at all.

    ``codes`` restricts the plants; empty means the active plants of the table ``plants``.
    """

    mode: Literal["none", "per_plant", "repeated"] = "none"
    name: str = "plant"
    codes: tuple[str, ...] = ()


class EquipmentParameter(Frozen):
    """Repeated request parameter for a chosen list of equipment; none: the list filters what arrives."""

    name: str | None = None


class Auth(Frozen):
    """Where the credential of the connection ``cmms_api`` goes.

    ``bearer``: ``Authorization: Bearer <password>``; ``raw``: ``Authorization: <password>``; ``basic``: login
    and password; ``api_key``: header ``header`` = password; ``oauth2``: client credentials (login = client
    id, password = client secret) from ``token_path`` on the same host; ``client_credentials`` says whether they go
    there as HTTP Basic or as fields of the form, to which ``token_parameters`` are added.
    """

    scheme: Literal["none", "basic", "bearer", "raw", "api_key", "oauth2"] = "bearer"
    header: str = "X-API-Key"
    token_path: str = "/oauth/token"  # noqa: S105 - a path
    scope: str | None = None
    client_credentials: Literal["basic", "form"] = "basic"
    token_parameters: dict[str, str] = {}


class Pagination(Frozen):
    """How pages follow each other. Paths lead into the body, as :mod:`cmms.body_path` reads them.

    The headers ``total_header`` and ``cursor_header`` count where the body has no such value. ``has_more_path`` names
    a flag that says whether a further page exists: false is the end, although a cursor comes along. One whose name
    says that this was the last page (``last``, ``done``) is read the other way round, ``remaining`` as a number.

    Totals decide where the end is when the source tells them. Without them ``ends_with`` says which page is the
    last one of the styles ``page`` and ``offset``: a ``short_page`` has another number of records than asked for;
    a source that sends fewer than it is asked for has to be asked until there is an ``empty_page``. A ``strict`` stream
    always is.
    """

    style: Literal["none", "page", "offset", "cursor", "next_link", "link_header"] = "page"
    page_parameter: str = "page"
    size_parameter: str | None = "per_page"
    size: int = Field(5000, ge=1, le=1_000_000)
    first_page: int = Field(1, ge=0)
    offset_parameter: str = "offset"
    cursor_parameter: str = "cursor"
    cursor_path: BodyPath = "meta.next_cursor"
    next_path: BodyPath = "links.next"
    has_more_path: BodyPath | None = None
    total_path: BodyPath | None = "meta.total"
    last_page_path: BodyPath | None = "meta.last_page"
    total_header: str = "X-Total-Count"
    cursor_header: str = "X-Next-Cursor"
    ends_with: Literal["short_page", "empty_page"] = "short_page"
    max_pages: int = Field(100_000, ge=1)


HintAction = Literal["auto", "fail", "warn", "ignore"]
EmptyAnswer = Literal["null", "no_content", "not_found"]


class Hints(Frozen):
    """What follows when an answer says that more exists than came and no other setting uses it.

    ``fail``: nothing of the unit is merged; ``warn``: it is merged, the run ends ``partial`` and with an alert, and
    nothing counts as missing or resolved; ``auto``: fail where the stream is ``strict``, else warn. ``missing_path``
    is about a path of ``pagination`` that the site has set and that leads nowhere on the first page.
    """

    next_page: HintAction = "auto"
    has_more: HintAction = "auto"
    total: HintAction = "auto"
    pages: HintAction = "auto"
    missing_path: HintAction = "auto"


class Timeouts(Frozen):
    """Seconds. ``page`` ends a slow drip: the read time-out alone counts between two chunks only."""

    connect: float = Field(10, gt=0, le=_LONGEST_SECONDS)
    read: float = Field(60, gt=0, le=_LONGEST_SECONDS)
    page: float = Field(180, gt=0, le=_LONGEST_SECONDS)


class Retries(Frozen):
    """Attempts per page with jittered exponential backoff, all within ``deadline`` seconds."""

    attempts: int = Field(5, ge=1, le=20)
    initial_seconds: float = Field(1, ge=0, le=_LONGEST_SECONDS)
    max_seconds: float = Field(60, ge=0, le=_LONGEST_SECONDS)
    deadline: float = Field(600, gt=0, le=_LONGEST_SECONDS)
    retry_after_cap: float = Field(120, ge=0, le=_LONGEST_SECONDS)
    statuses: frozenset[int] = frozenset({408, 429, 500, 502, 503, 504})


class Incremental(Frozen):
    """Change cursor: ``parameter`` gets the newest api_created_at stored so far; none: always everything."""

    parameter: str | None = None
    format: str = "%Y-%m-%dT%H:%M:%SZ"


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
    static_parameters: dict[str, str | tuple[str, ...]] = {}
    headers: dict[str, str] = {}
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


_OF_A_SOURCE = ("api", "streams")
"""Sections that may stand in ``sources.default`` instead of at the top."""


class Source(Frozen):
    """One source of records: ``connection`` is the Airflow connection that has its address and credential."""

    connection: str = Field(API_CONNECTION, pattern=r"^\S+$")

    @model_validator(mode="before")
    @classmethod
    def _said_once(cls, raw: Any) -> Any:
        if isinstance(raw, dict) and (twice := [name for name in _OF_A_SOURCE if name in raw]):
            raise ValueError(f"{' and '.join(twice)} must stand here or at the top of the settings, not in both places")
        return raw


class Sources(Frozen):
    """Where records come from. There is one source today."""

    default: Source = Source()

    @model_validator(mode="before")
    @classmethod
    def _only_one(cls, raw: Any) -> Any:
        if isinstance(raw, dict) and set(raw) - {"default"}:
            raise ValueError(
                "this version has one source, called default; several sources, and names of their own, come later"
            )
        return raw


class Rules(Frozen):
    """Limits that the expectations and batch rules use (docs/decisions/0006, 0008).

    A run fails before anything is merged when more than ``max_rejected_percent`` of at least
    ``max_rejected_floor`` records are rejected, or when a full snapshot shrinks by more than
    ``max_shrink_percent``. With ``plant_code_case: upper`` plant codes are compared and created in capital letters;
    equipment numbers are opaque and never changed.
    """

    unknown_plant: Literal["reject", "create"] = "reject"
    plant_code_case: Literal["exact", "upper"] = "exact"
    strict_progression: bool = False
    hours_mismatch_tolerance: Decimal = Field(Decimal("0.1"), ge=0, le=1_000_000)
    future_days: int = Field(1, ge=0)
    old_after_years: int = Field(5, ge=1)
    max_rejected_percent: float = Field(90, ge=0, le=100)
    max_rejected_floor: int = Field(100, ge=1)
    max_shrink_percent: float = Field(50, ge=0, le=100)
    stale_master: Literal["flag", "block"] = "flag"
    look_back_days: int = Field(0, ge=0, le=31)


class Storage(Frozen):
    """Where pages and chunks are handed from task to task.

    ``base_path``: a folder or an object-storage URL (``s3://bucket/prefix``); empty: ``cmms_storage`` below
    ``AIRFLOW_HOME``. Must be shared by all workers. ``keep_days``: how long raw pages stay.
    """

    base_path: str = ""
    connection_id: str | None = None
    keep_days: int = Field(14, ge=1)


class Engine(Frozen):
    """Sizes and patience of the sync engine."""

    chunk_records: int = Field(125_000, ge=100, le=1_000_000)
    days_per_batch: int = Field(5, ge=1, le=366)
    max_days: int = Field(1100, ge=1)
    lease_seconds: int = Field(900, ge=5)
    unit_wait_seconds: float = Field(300, ge=0)
    load_data: Literal["auto", "never"] = "auto"
    insert_batch_bytes: int = Field(512 * 1024, ge=16 * 1024)
    lock_wait_seconds: int = Field(300, ge=1)


class Retention(Frozen):
    """What ``sync_log_cleanup`` keeps, in days, and how many rows it deletes at a time."""

    log_days: int = Field(90, ge=1)
    call_log_days: int = Field(30, ge=1)
    refusal_days: int = Field(90, ge=1)
    batch_rows: int = Field(5_000, ge=100)


class Alerts(Frozen):
    """Thresholds and receivers; the channels' credentials are the connections cmms_slack and cmms_smtp."""

    email_to: tuple[str, ...] = ()
    email_from: str = "cmms-sync@localhost"
    slack: bool = True
    base_url: str = "http://127.0.0.1:8080"
    high_failed_percent: float = Field(10, ge=0, le=100)
    consecutive_failures: int = Field(3, ge=1)
    api_failures: int = Field(2, ge=1)
    queued_minutes: int = Field(30, ge=1)
    spike_factor: float = Field(3, gt=1)
    spike_window: int = Field(14, ge=3)
    timeout_seconds: float = Field(10, gt=0)
    max_attempts: int = Field(10, ge=1)


class Schedule(Frozen):
    """Cron expressions of the DAGs, in the site's zone."""

    cleanup: str = "0 3 * * 0"
    reconcile: str = "0 4 * * 0"
    watchdog: str = "*/5 * * * *"

    def of(self, stream: StreamName) -> str:
        """The cron expression of a stream's DAG."""
        found: str = getattr(self, stream)
        return found


_CRON: dict[str, Any] = {name: (str, stream.cron) for name, stream in STREAMS.items()}
_Schedules: Any = create_model("Schedule", __base__=Schedule, **_CRON)


class View(Frozen):
    """What the view in Airflow calls fresh, old, slow, and how it looks. Files are those of the API server."""

    fresh_minutes: int = Field(26 * 60, ge=1)
    old_minutes: int = Field(50 * 60, ge=1)
    slow_ms: int = Field(2_000, ge=1)
    very_slow_ms: int = Field(5_000, ge=1)
    brand_colour: str = Field("#4451c4", pattern="^#[0-9a-fA-F]{6}$")
    font: str = Field("", pattern="^[\\w \"',-]*$")
    logo: str = Field("", pattern=r"^$|\.(svg|png)$")
    stylesheet: str = Field("", pattern=r"^$|\.css$")

    @model_validator(mode="after")
    def _later_is_more(self) -> View:
        if self.old_minutes <= self.fresh_minutes:
            raise ValueError("old_minutes must be more than fresh_minutes")
        if self.very_slow_ms <= self.slow_ms:
            raise ValueError("very_slow_ms must be more than slow_ms")
        return self


class Settings(Frozen):
    """All settings of a site. Build it with :func:`load_settings` or :func:`parse_settings`."""

    timezone: TimeZoneName = "UTC"
    sources: Sources = Sources()
    streams: Streams = Streams()
    rules: Rules = Rules()
    storage: Storage = Storage()
    engine: Engine = Engine()
    retention: Retention = Retention()
    alerts: Alerts = Alerts()
    schedule: _Schedules = _Schedules()
    view: View = View()

    @model_validator(mode="before")
    @classmethod
    def _unfold(cls, raw: Any) -> Any:
        """Read the sections of the one source, and give its streams what ``api`` says and they do not."""
        if not isinstance(raw, dict):
            return raw
        raw = _unfold_source(raw)
        if "api" not in raw:
            return raw
        shared = raw["api"] or {}
        streams = dict(raw.get("streams") or {})
        for stream in STREAMS:
            streams[stream] = _merge(shared, streams.get(stream) or {})
        return {**{key: value for key, value in raw.items() if key != "api"}, "streams": streams}

    @property
    def zone(self) -> ZoneInfo:
        """The site's time zone: schedule and ``date`` are local days of it."""
        return ZoneInfo(self.timezone)

    def stream(self, name: StreamName) -> StreamSettings:
        """The settings of one stream."""
        found: StreamSettings = getattr(self.streams, name)
        return found

    @property
    def connection(self) -> str:
        """The Airflow connection of the source."""
        return self.sources.default.connection

    def source_zone(self, name: StreamName) -> ZoneInfo:
        """Zone of the source's naive timestamps: the stream's own, else the site's."""
        return ZoneInfo(self.stream(name).timezone or self.timezone)


def _unfold_source(raw: dict[str, Any]) -> dict[str, Any]:
    """Bring what ``sources.default`` says of its API and streams to the top, unless it stands there too."""
    sources = raw.get("sources")
    if not isinstance(sources, dict) or not isinstance(sources.get("default"), dict):
        return raw
    default = sources["default"]
    moved = {name: default[name] for name in _OF_A_SOURCE if name in default and name not in raw}
    kept = {name: value for name, value in default.items() if name not in moved}
    return {**raw, **moved, "sources": {**sources, "default": kept}}


def _merge(base: Any, override: Any) -> Any:
    if isinstance(base, dict) and isinstance(override, dict):
        return {
            key: _merge(base[key], override[key]) if key in base and key in override else {**base, **override}[key]
            for key in {**base, **override}
        }
    return override


def parse_settings(raw: Any, *, origin: str = "settings") -> Settings:
    """Validate a plain mapping (from YAML or JSON).

    Raises:
        SettingsError: naming every wrong field, what it got, and what is allowed.
    """
    if raw is not None and not isinstance(raw, dict):
        raise SettingsError(f"{origin}: a mapping of sections is expected, not {type(raw).__name__}")
    try:
        return Settings.model_validate(raw or {})
    except ValidationError as error:
        problems = "; ".join(_describe(problem) for problem in error.errors())
        raise SettingsError(f"{origin}: {problems}") from None


def _describe(problem: Any) -> str:
    field = ".".join(str(part) for part in problem["loc"]) or "settings"
    if problem["type"] == "extra_forbidden":
        return f"{field}: unknown field; see include/config/cmms.yaml for the known ones"
    message = str(problem["msg"]).removeprefix("Value error, ")
    return f"{field}: {message}, got {problem['input']!r}"


def load_settings(path: str | Path | None = None) -> Settings:
    """Read the settings file: ``path``, else the one of :func:`cmms.settings_files.find_settings_file`.

    Raises:
        SettingsError: file missing, not YAML, or a field is wrong.
    """
    file = Path(path or find_settings_file())
    try:
        raw = yaml.safe_load(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"settings file {file}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise SettingsError(f"settings file {file} is not UTF-8: save it again as UTF-8") from None
    except yaml.YAMLError as error:
        raise SettingsError(f"settings file {file} is no valid YAML: {error}") from None
    return parse_settings(raw, origin=str(file))
