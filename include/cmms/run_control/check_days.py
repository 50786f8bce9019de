"""Which days a person may ask the source for. Input: first and last day, the site's settings, today. Pure.

A run of other days would start, fail and raise an alert: the request is refused instead.
"""

from __future__ import annotations

from datetime import date

from cmms.access.actors import Invalid
from cmms.settings import Settings

RANGE_LIMIT_DAYS = 366
"""So many days are asked for at once in the view; the command line takes ``engine.max_days``."""


def check_days(first: date | None, last: date | None, settings: Settings, today: date) -> None:
    """Raise :class:`Invalid`, with a reason for each day, unless a sync of these days makes sense."""
    if last and not first:
        raise Invalid("a last day needs a first day", start_date="is required")
    oldest = _years_before(today, settings.rules.old_after_years)
    wrong = {
        name: f"must be {oldest} to {today}"
        for name, day in (("start_date", first), ("end_date", last))
        if day is not None and not oldest <= day <= today
    }
    if wrong:
        years = settings.rules.old_after_years
        raise Invalid(
            f"Only days from {oldest} to today ({today}) can be synced: older than {years} years is refused"
            " (rules.old_after_years), and days to come have no readings.",
            **wrong,
        )
    limit = min(RANGE_LIMIT_DAYS, settings.engine.max_days)
    if first and last and not 0 <= (last - first).days < limit:
        reason = f"must be {first} or later, at most {limit} days in all"
        raise Invalid("the last day must follow the first one, within the limit", end_date=reason)


def _years_before(day: date, years: int) -> date:
    """The same day so many years ago; 28 February for a 29th that year did not have."""
    year = max(day.year - years, 1)
    return day.replace(year=year, day=28) if (day.month, day.day) == (2, 29) else day.replace(year=year)
