"""Say in plain lines what a back-test has found, for the command line and the log of the DAG.

Input: :class:`.store_forecasts.StoredNight`. Output: lines.
"""

from __future__ import annotations

from collections.abc import Iterator

from cmms.maintenance.forecast.backtest_figures import BacktestFigures
from cmms.maintenance.forecast.store_forecasts import StoredNight
from cmms.words import count_of


def describe_night(night: StoredNight) -> Iterator[str]:
    """One line about the night, and one for all machines and each class."""
    if night.is_outdated:
        yield f"{night.as_of}: forecasts of a later day are stored already; nothing was changed"
        return
    yield (
        f"{night.as_of}: {count_of(night.machines, 'machine')} with rates,"
        f" {count_of(night.looked_at, 'machine')} with a new band"
    )
    if not night.figures:
        yield "no back-test: it needs readings of seven months"
        return
    if night.looked_at < night.machines:
        yield f"back-test of {night.looked_at:,} of {night.machines:,} machines, whose turn it was tonight"
    yield from (_describe(one) for one in night.figures)


def _describe(one: BacktestFigures) -> str:
    head = f"{one.name}: {count_of(one.machines, 'machine')}, {count_of(one.dues, 'past forecast')}"
    if not one.reliable:
        return f"{head}, none with a reliable date"
    return (
        f"{head}, {one.covered:.1%} reached inside the band ({one.early:.1%} before, {one.late:.1%} after),"
        f" {one.no_date:.1%} without a reliable date, median band {one.width_days:.1f} days ({one.width:.0%}),"
        f" mean error {one.error:.1%}, {one.error_ratio:.2f} times that of the best simple rate"
    )
