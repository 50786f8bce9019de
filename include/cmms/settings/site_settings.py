"""The one settings object: everything a site may configure, validated once, then frozen.

Input: a plain mapping, from the file or a stored version. Output: :class:`Settings`. Nothing secret belongs here:
credentials live in the Airflow connections ``cmms_api``, ``cmms_mysql``, ``cmms_slack`` and ``cmms_smtp``.

``api`` holds the defaults of all streams; a stream's own section, such as ``streams.equipment``, overrides any
of them. Errors name the field and what is allowed.
"""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationError, model_validator

from cmms.airflow_names import API_CONNECTION
from cmms.errors import SettingsError
from cmms.settings.section import Frozen, TimeZoneName
from cmms.settings.sections import Alerts, Engine, Retention, Rules, Schedules, Storage, View
from cmms.settings.stream_settings import Streams, StreamSettings
from cmms.streams import STREAMS, StreamName

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
    schedule: Schedules = Schedules()
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
