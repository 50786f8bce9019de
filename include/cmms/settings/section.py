"""What all sections of the settings are made of: the frozen base, and values that are read and checked on their own."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, Any
from zoneinfo import available_timezones

from pydantic import BaseModel, BeforeValidator, ConfigDict

from cmms.body_path import check_path
from cmms.parse_input import parse_ratio


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

LONGEST_SECONDS = 10_000_000
"""About four months: sockets and locks take no time-out without end."""


class Frozen(BaseModel):
    """Base of all sections: immutable, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True, allow_inf_nan=False)
