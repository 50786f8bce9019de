"""Read what a request asks for.

Input: stream, query parameters, headers. Output: `Query`, or `BadRequestError` with the sentence that a real
API would send.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime

from cmms.simulator.config import SimulatorConfig, Stream
from cmms.simulator.queries import Query
from cmms.simulator.write_envelope import read_cursor

Parameters = Mapping[str, list[str]]

_MOST_DAYS = 3700


class BadRequestError(Exception):
    """The request cannot be answered (status 400)."""


def read_query(
    config: SimulatorConfig, stream: Stream, parameters: Parameters, headers: Mapping[str, str], origin: str
) -> Query:
    """Return the query of a request.

    Raises:
        BadRequestError: a parameter or header is missing or wrong.
    """
    _check_required(config, parameters, headers)
    first_day, last_day = (None, None) if stream == "equipment" else _read_days(config, parameters)
    offset, limit = _read_position(config, parameters)
    links = config.pagination in ("next_link", "link_header")
    paging = (config.page_param, config.per_page_param)
    repeated = tuple((name, value) for name, values in parameters.items() for value in values if name not in paging)
    return Query(
        stream=stream,
        first_day=first_day,
        last_day=last_day,
        plants=_read_plants(config, parameters),
        created_after=_read_created_after(config, stream, parameters),
        offset=offset,
        limit=limit,
        origin=origin if links else "",
        parameters=repeated if links else (),
    )


def _check_required(config: SimulatorConfig, parameters: Parameters, headers: Mapping[str, str]) -> None:
    for name, value in config.required_params.items():
        if parameters.get(name) != [value]:
            raise BadRequestError(f"parameter {name} must be {value}")
    for name, value in config.required_headers.items():
        if headers.get(name.lower()) != value:
            raise BadRequestError(f"header {name} must be {value}")


def _read_days(config: SimulatorConfig, parameters: Parameters) -> tuple[date, date]:
    if config.dates == "single":
        day = _read_day(config, parameters, config.date_param)
        return day, day
    first = _read_day(config, parameters, config.start_param)
    last = _read_day(config, parameters, config.end_param)
    if last < first:
        raise BadRequestError(f"{config.end_param} is before {config.start_param}")
    if (last - first).days > _MOST_DAYS:
        raise BadRequestError(f"at most {_MOST_DAYS} days in one request")
    return first, last


def _read_day(config: SimulatorConfig, parameters: Parameters, name: str) -> date:
    text = _single(parameters, name)
    if text is None:
        raise BadRequestError(f"parameter {name} is required")
    shape = r"\d{4}-\d\d-\d\d" if config.date_param_format == "iso" else r"\d{8}"
    try:
        if not re.fullmatch(shape, text, re.ASCII):
            raise ValueError(shape)
        return date.fromisoformat(text)
    except ValueError as error:
        raise BadRequestError(f"parameter {name} is no date: {text}") from error


def _read_plants(config: SimulatorConfig, parameters: Parameters) -> tuple[str, ...]:
    if config.plant_filter == "none":
        return ()
    values = parameters.get(config.plant_param, [])
    if config.plant_filter == "single" and len(values) > 1:
        raise BadRequestError(f"parameter {config.plant_param} is given more than once")
    if config.plant_required and not values:
        raise BadRequestError(f"parameter {config.plant_param} is required")
    return tuple(sorted(set(values)))


def _read_created_after(config: SimulatorConfig, stream: Stream, parameters: Parameters) -> datetime | None:
    if config.created_after_param is None or stream != "equipment":
        return None
    text = _single(parameters, config.created_after_param)
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadRequestError(f"parameter {config.created_after_param} is no timestamp: {text}") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _read_position(config: SimulatorConfig, parameters: Parameters) -> tuple[int, int]:
    """Return (offset, limit) of the wanted page."""
    if config.pagination == "none":
        return 0, config.page_size
    by_page = config.pagination in ("page", "next_link", "link_header")
    limit_param = config.per_page_param if by_page else config.limit_param
    limit = min(_number(parameters, limit_param, config.page_size, least=1), config.max_page_size)
    if by_page:
        return (_number(parameters, config.page_param, 1, least=1) - 1) * limit, limit
    if config.pagination == "offset":
        return _number(parameters, config.offset_param, 0, least=0), limit
    token = _single(parameters, config.cursor_param)
    try:
        return (read_cursor(token) if token else 0), limit
    except ValueError as error:
        raise BadRequestError(f"parameter {config.cursor_param} is no cursor of this API") from error


def _number(parameters: Parameters, name: str, default: int, *, least: int) -> int:
    text = _single(parameters, name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 12 and int(text) >= least):
        raise BadRequestError(f"parameter {name} must be a whole number from {least}")
    return int(text)


def _single(parameters: Parameters, name: str) -> str | None:
    values = parameters.get(name)
    return values[0] if values else None
