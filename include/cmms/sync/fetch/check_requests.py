"""Whether each request depends on its unit: a day that no request names could be marked as done without a record.

Pure: the settings of a stream in, a ``SettingsError`` out, before anything is fetched.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import cache
from urllib.parse import parse_qsl, urlsplit

from cmms.errors import SettingsError
from cmms.settings import StreamSettings
from cmms.streams import StreamName

_DAYS = frozenset(("date", "start_date", "end_date"))
_FILLED = _DAYS | {"plant_code"}
_PLACEHOLDER = re.compile(r"\{([A-Za-z_]+)\}")
_SAMPLE = [date(2024, 1, 1) + timedelta(days=number) for number in range(4 * 365 + 1)]
"""Days that a format has to tell apart: years, months and days of the week are among them, and a leap day."""


def placeholders(stream: StreamSettings) -> set[str]:
    """Names in braces that path and static parameters hold, those that nothing fills among them."""
    found = set(_PLACEHOLDER.findall(stream.path))
    for value in stream.static_parameters.values():
        for text in (value,) if isinstance(value, str) else value:
            whole = _PLACEHOLDER.fullmatch(text)
            found |= {whole[1]} if whole else _FILLED & set(_PLACEHOLDER.findall(text))
    return found


def check_parameters(stream: StreamSettings, name: StreamName) -> None:
    """Refuse placeholders that nothing fills, parameters that have no name or one that another has too, and fragments.

    Raises:
        SettingsError: what is wrong, by the names of the settings.
    """
    filled = _FILLED if stream.definition.is_daily else {"plant_code"}
    if unknown := sorted(placeholders(stream) - filled):
        raise SettingsError(
            f"streams.{name}: path or static_parameters hold {{{unknown[0]}}}, which nothing fills;"
            f" known are {', '.join(f'{{{known}}}' for known in sorted(filled))}"
        )
    if "#" in stream.path:
        raise SettingsError(f"streams.{name}.path holds a #: nothing behind it would be sent; write %23 if it is meant")
    own = list(_own_parameters(stream, name))
    if unnamed := next((setting for setting, parameter in own if not parameter.strip()), None):
        raise SettingsError(f"streams.{name}.{unnamed} is empty: the request would not say what it asks for")
    fixed = {parameter for parameter, value in stream.static_parameters.items() if not _is_filled(value)}
    in_path = {parameter for parameter, _ in parse_qsl(urlsplit(stream.path).query, keep_blank_values=True)}
    counts = Counter([parameter for _, parameter in own]) + Counter(fixed) + Counter(in_path)
    if twice := next(((setting, parameter) for setting, parameter in own if counts[parameter] > 1), None):
        raise SettingsError(
            f"streams.{name}.{twice[0]}: another parameter, or one of static_parameters or of the path, is called"
            f" {twice[1]!r} too; the source would take one of them"
        )


def _own_parameters(stream: StreamSettings, name: StreamName) -> Iterator[tuple[str, str]]:
    """Setting and name of each parameter that tells one request from another."""
    days, plants, paging = stream.date_parameters, stream.plant_parameter, stream.pagination
    named = placeholders(stream)
    if stream.definition.is_daily and days.mode == "single" and "date" not in named:
        yield "date_parameters.single", days.single
    if stream.definition.is_daily and days.mode == "range":
        yield from (
            (f"date_parameters.{end}", getattr(days, end)) for end in ("start", "end") if f"{end}_date" not in named
        )
    if plants.mode != "none" and "plant_code" not in named:
        yield "plant_parameter.name", plants.name
    if paging.style in ("page", "offset", "cursor"):
        setting = f"{paging.style}_parameter"
        yield f"pagination.{setting}", getattr(paging, setting)


def _is_filled(value: str | Sequence[str]) -> bool:
    return any(_PLACEHOLDER.search(text) for text in ((value,) if isinstance(value, str) else value))


def check_days_are_named(stream: StreamSettings, days: Sequence[date]) -> None:
    """Each request has to name its own day, or the first and the last of its range, so that no two days look alike.

    Raises:
        SettingsError: the request would be the same for several days.
    """
    pattern = stream.date_parameters.format
    setting = f"streams.{stream.definition.name}.date_parameters"
    named = placeholders(stream)
    is_written = stream.date_parameters.mode in ("single", "range") or named & _DAYS
    if is_written and not _tells_days_apart(pattern):
        raise SettingsError(
            f"{setting}.format: {pattern!r} writes several days alike; the request would"
            " not say which one it asks for. A format such as %Y-%m-%d does"
        )
    if len(days) == 1 or stream.date_parameters.mode in ("single", "range", "everything") or "date" in named:
        return
    if {"start_date", "end_date"} <= named:
        return
    half = f"name {{{(named & _DAYS).pop()}}} only" if named & _DAYS else "name no day"
    raise SettingsError(
        f"{setting}: mode is none; path and static_parameters {half}: the request would"
        " be the same for every day. Put {date}, or {start_date} and {end_date}, into them, choose the mode single or"
        " range, or everything if each answer of the source holds all days"
    )


@cache
def _tells_days_apart(pattern: str) -> bool:
    return len({day.strftime(pattern) for day in _SAMPLE}) == len(_SAMPLE)
