"""Step plan_requests: scope and settings -> the batches of requests that the fetch tasks are mapped over.

Pure: the same scope, settings, plants and watermark always give the same requests; the clock is never read.
What the source cannot be asked for (say, some machines only) is filtered from its answer by the parser. What is never
filtered is the unit: a day whose request does not name it could be marked as done without a record, so settings that
ask for several days without naming them are refused before anything is fetched.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from urllib.parse import quote

from cmms.errors import SettingsError
from cmms.settings import Settings, StreamSettings
from cmms.streams.unit import Unit
from cmms.sync.fetch.check_requests import check_days_are_named, check_parameters, placeholders
from cmms.sync.records import Batch, PlannedRequest, Scope
from cmms.words import count_of

Parameters = tuple[tuple[str, str], ...]


def plan_batches(
    settings: Settings,
    scope: Scope,
    plant_codes: Sequence[str] = (),
    *,
    watermark: datetime | None = None,
    most_batches: int | None = None,
) -> list[Batch]:
    """Requests for everything in ``scope``, grouped into batches of consecutive days.

    Args:
        settings: the site's settings.
        scope: what the run covers; a daily stream needs both dates.
        plant_codes: the active plants of the database, used when the settings name none.
        watermark: newest ``api_created_at`` stored so far, for a stream that can be asked for changes.
        most_batches: how many the caller can work on; where ``engine.days_per_batch`` makes more, they get longer.

    Raises:
        SettingsError: no dates, too many days, requests that do not name their days, placeholders that nothing fills,
            or requests per plant while no plant is known.
    """
    stream = settings.stream(scope.stream)
    check_parameters(stream, scope.stream)
    plants = _plants(stream, scope, plant_codes)
    fixed = _fixed_parameters(stream, scope, None if scope.full_refresh else watermark)
    if not stream.definition.is_daily:
        return [Batch(scope.units, tuple(_requests(stream, scope.units, (), plants, fixed)))]
    days = _days(settings, scope)
    check_days_are_named(stream, days)
    size = len(days) if stream.date_parameters.mode == "everything" else settings.engine.days_per_batch
    if most_batches is not None:
        size = max(size, -(-len(days) // max(1, most_batches)))
    return [_day_batch(stream, scope, days[first : first + size], plants, fixed) for first in range(0, len(days), size)]


def _asks_single_plants(stream: StreamSettings) -> bool:
    return stream.plant_parameter.mode == "per_plant" or "plant_code" in placeholders(stream)


def _day_batch(stream: StreamSettings, scope: Scope, days: list[date], plants: list[str], fixed: Parameters) -> Batch:
    spans = [[day] for day in days] if _asks_single_days(stream) else [days]
    requests = [request for span in spans for request in _requests(stream, _units(scope, span), span, plants, fixed)]
    return Batch(_units(scope, days), tuple(requests))


def _units(scope: Scope, days: Sequence[date]) -> tuple[Unit, ...]:
    return tuple(scope.unit(day.isoformat()) for day in days)


def _asks_single_days(stream: StreamSettings) -> bool:
    return stream.date_parameters.mode == "single" or "date" in placeholders(stream)


def _requests(
    stream: StreamSettings, units: tuple[Unit, ...], days: Sequence[date], plants: list[str], fixed: Parameters
) -> Iterator[PlannedRequest]:
    """One request, or one per plant. A placeholder in the path takes the place of its parameter."""
    one_per_plant = _asks_single_plants(stream)
    for plant in plants if one_per_plant else [None]:
        values = {**_date_values(stream, days), **({"plant_code": plant} if plant is not None else {})}
        yield PlannedRequest(
            path=_fill(stream.path, values),
            parameters=(
                *((name, _fill(value, values, quoted=False)) for name, value in fixed),
                *_date_parameters(stream, values),
                *_plant_parameters(stream, plants, plant),
            ),
            units=units,
            plant_code=plant,
        )


def _fill(text: str, values: dict[str, str], *, quoted: bool = True) -> str:
    """Placeholders replaced; a path is quoted here, the query later, as a whole."""
    for name, value in values.items():
        text = text.replace("{" + name + "}", quote(value, safe="") if quoted else value)
    return text


def _date_values(stream: StreamSettings, days: Sequence[date]) -> dict[str, str]:
    if not days:
        return {}
    end = days[-1] + timedelta(days=1 if stream.date_parameters.end_is_exclusive else 0)
    first, last = (day.strftime(stream.date_parameters.format) for day in (days[0], end))
    return {"date": first, "start_date": first, "end_date": last}


def _date_parameters(stream: StreamSettings, values: dict[str, str]) -> Parameters:
    names = stream.date_parameters
    wanted = {
        "single": [(names.single, "date")],
        "range": [(names.start, "start_date"), (names.end, "end_date")],
    }.get(names.mode, [])
    return tuple((name, values[key]) for name, key in wanted if key in values and "{" + key + "}" not in stream.path)


def _plant_parameters(stream: StreamSettings, plants: list[str], plant: str | None) -> Parameters:
    parameter = stream.plant_parameter
    if parameter.mode == "none" or "{plant_code}" in stream.path:
        return ()
    if parameter.mode == "repeated" and "plant_code" in placeholders(stream):
        return ()
    codes = plants if parameter.mode == "repeated" else [plant]
    return tuple((parameter.name, code) for code in codes if code is not None)


def _plants(stream: StreamSettings, scope: Scope, known: Sequence[str]) -> list[str]:
    """Plants to ask for, sorted so that a plan is the same every time."""
    parameter = stream.plant_parameter
    allowed = set(parameter.codes or known)
    chosen = set(scope.plant_codes)
    if chosen:
        # An operator may ask for a plant that the database does not know yet, not for one settings leave out.
        allowed = chosen & allowed if parameter.codes else chosen
    if not allowed and _asks_single_plants(stream):
        raise SettingsError(
            f"streams.{scope.stream}.plant_parameter: one request per plant is configured but no plant is"
            " known; add the plants, or list them in plant_parameter.codes"
        )
    return sorted(allowed)


def _fixed_parameters(stream: StreamSettings, scope: Scope, watermark: datetime | None) -> Parameters:
    """Parameters that all requests of the plan have in common."""
    parameters: list[tuple[str, str]] = []
    for name, value in stream.static_parameters.items():
        parameters += [(name, single) for single in ((value,) if isinstance(value, str) else value)]
    if stream.incremental.parameter and watermark is not None:
        instant = watermark.replace(tzinfo=UTC) if watermark.tzinfo is None else watermark.astimezone(UTC)
        parameters.append((stream.incremental.parameter, instant.strftime(stream.incremental.format)))
    if stream.equipment_parameter.name:
        parameters += [(stream.equipment_parameter.name, number) for number in scope.equipment_numbers]
    return tuple(parameters)


def _days(settings: Settings, scope: Scope) -> list[date]:
    if scope.start_date is None or scope.end_date is None:
        raise SettingsError(f"a sync of {scope.definition.label.lower()} needs a start date and an end date")
    count = (scope.end_date - scope.start_date).days + 1
    if count < 1:
        raise SettingsError(f"the end date {scope.end_date} lies before the start date {scope.start_date}")
    if count > settings.engine.max_days:
        raise SettingsError(f"{count_of(count, 'day')} requested; engine.max_days allows {settings.engine.max_days}")
    return [scope.start_date + timedelta(days=number) for number in range(count)]
