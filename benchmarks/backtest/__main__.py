"""``make backtest``: can the forecast's dates and bands be trusted? On aircraft, on made-up machines, and how fast.

Output: tables on the terminal, and the same as JSON in ``benchmarks/results/``. The exit code is 1 when a target is
missed. Machines are split in two halves; the bands of each half are calibrated on the other one.

    make backtest                                     all of it, about two minutes
    make backtest ARGS="--machines 500 --no-speed"    fewer machines of each kind, without the measurement of speed

The aircraft are a proxy: departures from three airports in one year, not machines of a plant.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks import RESULTS
from benchmarks.backtest.aircraft import read_fleet
from benchmarks.backtest.night import measure_night
from benchmarks.backtest.synthetic import UNBOUNDED, Fleet, make_fleet, make_machines_on_call
from cmms.maintenance.forecast.backtest import PastDues, forecast_past_of_fleet
from cmms.maintenance.forecast.backtest_figures import (
    BacktestFigures,
    band_of_other_half,
    by_class,
    calibrate_on,
    measure,
    missed_targets,
)
from cmms.maintenance.forecast.band import make_band
from cmms.maintenance.forecast.histories import Histories
from cmms.maintenance.forecast.rate_rules import STALE_DAYS
from cmms.maintenance.forecast.rates import RateSettings

AIRCRAFT = "Aircraft of New York 2013 (a proxy: departures of three airports in one year)"
SYNTHETIC = "Made-up machines, three years, every hour known"
ON_CALL = "Made-up machines on call, by the calibration of the others: a date is hardly ever reliable"
BY_CLASS = "by the classes that the product finds by itself"
SPORADIC = frozenset({"sporadic"})
"""The class of machines that the product finds impossible to forecast: reported, without a target."""
_TESTS = 24
"""Days on which each machine is forecast: more than at night, so that chance moves the figures less."""


def main() -> int:
    """Run the back-tests; 1 when a target is missed."""
    parser = argparse.ArgumentParser(prog="make backtest", description="Back-test of the forecast.")
    parser.add_argument(
        "--machines", type=int, default=1_500, help="made-up machines of each kind (default: %(default)s)"
    )
    parser.add_argument("--seed", type=int, default=12, help="of the made-up machines (default: %(default)s)")
    parser.add_argument("--no-aircraft", action="store_true", help="without the aircraft")
    parser.add_argument("--no-speed", action="store_true", help="do not measure a night of 100,000 machines")
    args = parser.parse_args()
    console = Console(width=130)
    results: dict[str, Any] = {}
    missed: list[str] = []

    if not args.no_aircraft:
        dues = _forecast(read_fleet())
        missed += _report(console, results, AIRCRAFT, measure(dues, band_of_other_half(dues), by_class(dues)), SPORADIC)
    fleet = make_fleet(args.machines, args.seed)
    dues = _forecast(fleet)
    band = band_of_other_half(dues)
    kinds = [(name, fleet.kind[dues.machine] == code) for code, name in enumerate(fleet.kinds)]
    missed += _report(console, results, SYNTHETIC, measure(dues, band, kinds), UNBOUNDED)
    missed += _report(console, results, f"{SYNTHETIC}, {BY_CLASS}", measure(dues, band, by_class(dues)), SPORADIC)
    on_call = _forecast(make_machines_on_call(args.machines, args.seed))
    _report(console, results, ON_CALL, measure(on_call, make_band(on_call.errors, calibrate_on(dues))))
    if not args.no_speed:
        results["night"] = night = measure_night()
        console.print(
            f"A night of {night['machines']:,} machines: {night['seconds']:.0f} s,"
            f" of the processor {night['processor_seconds']:.0f} s, {night['peak_mib']} MiB"
        )

    RESULTS.mkdir(exist_ok=True)
    file = RESULTS / f"{datetime.now(UTC):%Y-%m-%dT%H%M}-backtest.json"
    file.write_text(json.dumps(results, indent=1) + "\n")
    console.print("\n".join(["Missed targets:", *missed]) if missed else "All targets are met.")
    console.print(f"Written to {file.relative_to(RESULTS.parents[1])}")
    return 1 if missed else 0


def _forecast(fleet: Fleet) -> PastDues:
    """Dues of the past of a fleet."""
    machines = len(fleet.read)
    return forecast_past_of_fleet(
        Histories(fleet.read),
        RateSettings.usual(machines, stale_days=STALE_DAYS),
        np.full(machines, np.nan),
        machine=np.arange(machines),
        truth=fleet.truth,
        tests=_TESTS,
    )


def _report(
    console: Console,
    results: dict[str, Any],
    title: str,
    figures: list[BacktestFigures],
    unbounded: frozenset[str] = frozenset(),
) -> list[str]:
    """Print the figures of a data set; returns its missed targets."""
    table = Table(title=title, title_justify="left")
    for heading in (
        "",
        "machines",
        "dues",
        "in band",
        "early",
        "late",
        "no date",
        "unreached",
        "width",
        "days",
        "error",
    ):
        table.add_column(heading, justify="left" if not heading else "right")
    table.add_column("/ best")
    for one in figures:
        table.add_row(
            f"{one.name} (no target)" if one.name in unbounded else one.name,
            *(f"{number:,}" for number in (one.machines, one.dues)),
            *(f"{share:.1%}" for share in (one.covered, one.early, one.late, one.no_date)),
            f"{one.unreached:,}",
            f"{one.width:.0%}",
            f"{one.width_days:.1f}",
            f"{one.error:.1%}",
            f"{one.error_ratio:.3f}",
        )
    console.print(table)
    results[title] = [asdict(one) for one in figures]
    return [f"{title}: {sentence}" for sentence in missed_targets(figures, unbounded)]


if __name__ == "__main__":
    raise SystemExit(main())
