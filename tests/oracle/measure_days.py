"""Days of the site -> how long they are, and which ones are old."""

import datetime as dt
from decimal import Decimal
from functools import cache
from zoneinfo import ZoneInfo

ONE_DAY = dt.timedelta(days=1)


@cache
def subtract_years(day: dt.date, years: int) -> dt.date:
    """The same day some years before; 28 February where there is no 29th."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


@cache
def count_plausible_hours(day: dt.date, time_zone: str) -> Decimal:
    """24 hours, or the length of the site's day on which the clocks are set back."""
    zone = ZoneInfo(time_zone)
    start = dt.datetime.combine(day, dt.time(), zone).astimezone(dt.UTC)
    end = dt.datetime.combine(day + ONE_DAY, dt.time(), zone).astimezone(dt.UTC)
    return max(Decimal(24), Decimal(int((end - start).total_seconds())) / 3600)
