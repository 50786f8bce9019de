"""Every knob of the simulated source API, and the two ready-made profiles.

Input: keyword arguments (each knob alone, any combination). Output: a frozen, validated `SimulatorConfig`.
Change one knob of a profile with `dataclasses.replace(profile("range"), auth="basic")`: it is checked again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from datetime import date
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import ConfigDict, model_validator
from pydantic.dataclasses import dataclass

Stream = Literal["equipment", "running_time"]

# The names of the default profile; `field_names` maps them to what a deployment calls them.
MASTER_FIELDS = ("SWERK", "EQUNR", "BUKRS", "EQKTU", "OBJNR", "POINT", "CREATED_AT")
RUNNING_TIME_FIELDS = (*MASTER_FIELDS, "DATE", "DATE_TIME", "RECDV", "CNTRR", "MDTXT")

_STRICT = ConfigDict(extra="forbid")


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class RateLimit:
    """At most `requests` in any `per_seconds`; more are answered 429 with `retry_after` (None: no header)."""

    requests: int
    per_seconds: float = 1.0
    retry_after: str | None = "1"


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class SimulatorConfig:
    """One simulated deployment. The defaults are the default profile of the source API."""

    # --- data: what exists ---
    seed: int = 1
    plants: int = 4
    equipment: int = 200
    first_day: date = date(2020, 1, 1)  # counters start here; earlier days have no records
    days: int | None = None  # None: any day from first_day on has records
    defect_rate: float = 0.005
    defect_kinds: tuple[str, ...] | None = None  # None: every kind that is on by default
    company_code: str = "1000"

    # --- records: how they are written ---
    field_names: Mapping[str, str] = field(default_factory=dict)  # SAP name -> name on the wire
    numbers: Literal["string", "number"] = "string"
    decimal_separator: Literal[".", ","] = "."
    running_hours_factor: int = 1  # RECDV = hours x factor (60 = minutes, 3600 = SI seconds)
    cumulative_hours_factor: int = 1  # CNTRR = hours x factor
    date_format: Literal["iso", "compact", "mixed"] = "mixed"
    timestamp_format: Literal["iso_zone", "iso_naive", "compact", "mixed"] = "mixed"
    time_zone: str = "UTC"  # zone of naive and compact timestamps
    group_field: str | None = None  # name of an equipment group field, if the deployment has one
    extra_fields: Mapping[str, str] = field(default_factory=dict)  # the same in every record

    # --- requests: how they are asked for ---
    equipment_path: str = "/equipment"
    running_time_path: str = "/running-time"
    dates: Literal["single", "range"] = "single"
    date_param: str = "date"
    start_param: str = "start_date"
    end_param: str = "end_date"
    date_param_format: Literal["iso", "compact"] = "iso"
    plant_filter: Literal["none", "single", "repeated"] = "none"
    plant_param: str = "plant"
    plant_required: bool = False
    created_after_param: str | None = None  # incremental equipment: only records created after this instant
    required_params: Mapping[str, str] = field(default_factory=dict)
    required_headers: Mapping[str, str] = field(default_factory=dict)

    # --- who may ask ---
    auth: Literal["none", "basic", "bearer", "raw_token", "api_key", "oauth2"] = "bearer"
    token: str = "demo-token"  # noqa: S105  made up; bearer token, raw token or API key
    username: str = "demo"
    password: str = "demo-password"  # noqa: S105
    api_key_header: str = "X-API-Key"
    client_id: str = "demo-client"
    client_secret: str = "demo-secret"  # noqa: S105
    token_path: str = "/oauth/token"  # noqa: S105
    token_lifetime_seconds: float = 3600.0

    # --- answers: pages, envelope, transport ---
    pagination: Literal["none", "page", "offset", "cursor", "next_link", "link_header"] = "page"
    page_param: str = "page"
    per_page_param: str = "per_page"
    offset_param: str = "offset"
    limit_param: str = "limit"
    cursor_param: str = "cursor"
    page_size: int = 5000  # when the request names none
    max_page_size: int = 50_000  # a larger wish is cut to this, as real servers do
    records_path: str = "data"  # dotted; "" means that the body itself is the list
    meta_path: str | None = "meta"  # dotted; None means that no answer has totals
    cursor_path: str = "meta.next_cursor"
    next_link_path: str = "links.next"
    cursor_header: str = "X-Next-Cursor"  # where cursor and total go when the body is a bare list
    total_header: str = "X-Total-Count"
    gzip: bool = True
    gzip_level: int = 1
    etag: bool = True
    latency_seconds: float = 0.0
    rate_limit: RateLimit | None = None
    cache_megabytes: int = 512  # rendered pages kept in memory

    @model_validator(mode="after")
    def _check(self) -> SimulatorConfig:
        if self.plants < 1 or self.equipment < 0 or self.page_size < 1 or self.max_page_size < 1:
            raise ValueError("plants and page sizes must be at least 1, equipment at least 0")
        if not 0 <= self.defect_rate <= 0.4:
            raise ValueError("defect_rate must be between 0 and 0.4: a machine is never defective two days running")
        if self.records_path == "" and self.pagination == "next_link":
            raise ValueError("a bare list has no place for a next link: use pagination='link_header'")
        try:
            ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"unknown time zone {self.time_zone}") from error
        unknown = set(self.field_names) - set(RUNNING_TIME_FIELDS)
        if unknown:
            raise ValueError(f"field_names renames unknown fields: {', '.join(sorted(unknown))}")
        return self

    def path_of(self, stream: Stream) -> str:
        """Return the URL path of a stream."""
        return self.equipment_path if stream == "equipment" else self.running_time_path

    def name_of(self, canonical: str) -> str:
        """Return the wire name of a field given by its SAP name."""
        return self.field_names.get(canonical, canonical)


_DEFAULT = SimulatorConfig()

# Differs from the default in all that settings can name: a client that works with both assumes nothing.
_RANGE = SimulatorConfig(
    equipment_path="/v2/assets",
    running_time_path="/v2/meter/readings",
    dates="range",
    start_param="start_date",
    end_param="end_date",
    plant_filter="repeated",
    plant_param="plant[]",
    auth="api_key",
    token="demo-api-key",  # noqa: S106
    pagination="cursor",
    page_size=1000,
    limit_param="page_size",
    records_path="result.items",
    meta_path="result",
    cursor_path="result.next_cursor",
    field_names={
        "SWERK": "plant_code",
        "EQUNR": "equipment_number",
        "BUKRS": "company_code",
        "EQKTU": "equipment_description",
        "OBJNR": "object_number",
        "POINT": "measuring_point",
        "CREATED_AT": "created_at",
        "DATE": "reading_date",
        "DATE_TIME": "reading_at",
        "RECDV": "running_hours",
        "CNTRR": "cumulative_hours",
        "MDTXT": "note",
    },
    numbers="number",
    date_format="compact",
    timestamp_format="compact",
    group_field="equipment_group",
)

PROFILES: Mapping[str, SimulatorConfig] = {"default": _DEFAULT, "range": _RANGE}


def profile(name: str, **changes: object) -> SimulatorConfig:
    """Return a profile (`default` or `range`), with single knobs changed.

    Raises:
        ValueError: the profile is unknown, or a knob has a value that it cannot have.
    """
    if name not in PROFILES:
        raise ValueError(f"unknown profile {name!r}: choose one of {', '.join(PROFILES)}")
    return replace(PROFILES[name], **changes)  # type: ignore[arg-type]
