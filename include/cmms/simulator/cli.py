"""`python -m cmms simulate`: run the simulator until it is stopped.

Input: command line. Output: one ready line with the URL on stdout, then the API. Exit code 0 after SIGTERM or
SIGINT, 1 if it cannot start.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any, get_args, get_type_hints

from pydantic import ValidationError

from cmms.simulator.config import PROFILES, RateLimit, SimulatorConfig, profile
from cmms.simulator.simulator import Simulator

# Options that are knobs of the same name; None leaves the profile's value.
_KNOBS: tuple[tuple[str, Callable[[str], object], str], ...] = (
    ("seed", int, "the same seed gives the same data"),
    ("plants", int, "number of plants (P001, P002, ...)"),
    ("equipment", int, "number of machines"),
    ("days", int, "days with readings from --first-day on (default: any day)"),
    ("first_day", date.fromisoformat, "first day with readings, YYYY-MM-DD"),
    ("defect_rate", float, "share of defective records, 0 to 0.4"),
    ("token", str, "bearer token, raw token or API key (or variable CMMS_SIMULATOR_TOKEN)"),
    ("username", str, "for --auth basic"),
    ("password", str, "for --auth basic"),
    ("client_id", str, "for --auth oauth2"),
    ("client_secret", str, "for --auth oauth2"),
    ("token_lifetime_seconds", float, "for --auth oauth2"),
    ("page_size", int, "records per page when the request names none"),
    ("records_path", str, "where the records are in the body, dotted; empty: the body is the list"),
    ("time_zone", str, "zone of timestamps without one"),
    ("latency_seconds", float, "wait before every answer"),
)
# Also taken from CMMS_SIMULATOR_TOKEN and so on: an argument can be read by every user of the machine.
_SECRETS = ("token", "password", "client_secret")
_CHOICES = (
    "auth", "pagination", "dates", "plant_filter", "numbers", "date_format", "timestamp_format",
    "decimal_separator",
)  # fmt: skip


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `simulate`."""
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=8087, help="port; 0 takes a free one (default: %(default)s)")
    parser.add_argument("--profile", choices=tuple(PROFILES), default="default", help="(default: %(default)s)")
    for name, type_, text in _KNOBS:
        parser.add_argument(f"--{name.replace('_', '-')}", type=type_, default=None, help=text)
    hints = get_type_hints(SimulatorConfig)
    for name in _CHOICES:
        parser.add_argument(f"--{name.replace('_', '-')}", choices=get_args(hints[name]), default=None)
    parser.add_argument("--requests-per-second", type=int, default=None, help="more are answered 429")
    parser.add_argument("--no-gzip", action="store_true", help="never compress")
    parser.add_argument("--prepare", type=date.fromisoformat, action="append", default=[], metavar="DAY",
                        help="render this day before the ready line (repeatable)")  # fmt: skip


def run(args: argparse.Namespace) -> int:
    """Run the simulator with parsed options; return the exit code."""
    try:
        config = _read_config(args)
    except (ValidationError, ValueError) as error:
        print(f"simulate: {_first_sentence(error)}", file=sys.stderr)
        return 1
    simulator = Simulator(config, host=args.host, port=args.port)
    try:
        simulator.start()
    except OSError as error:
        print(f"simulate: cannot listen on {args.host}:{args.port}: {error.strerror or error}. "
              "Choose another --port, or 0 for a free one.", file=sys.stderr)  # fmt: skip
        return 1
    except OverflowError:
        print("simulate: --port must be 0 to 65535", file=sys.stderr)
        return 1
    return _serve_until_stopped(simulator, args.prepare)


def _serve_until_stopped(simulator: Simulator, days: list[date]) -> int:
    stopped = threading.Event()
    before = {number: signal.signal(number, lambda *_: stopped.set()) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        if days:
            simulator.prepare(*days)
        config = simulator.config
        print(
            f"Source API simulator ready at {simulator.base_url} "
            f"({config.plants} plants, {config.equipment} machines, seed {config.seed}, auth {config.auth})",
            flush=True,
        )
        stopped.wait()
    finally:
        simulator.stop()
        for number, handler in before.items():
            signal.signal(number, handler)
    return 0


def _read_config(args: argparse.Namespace) -> SimulatorConfig:
    names = [name for name, _, _ in _KNOBS] + list(_CHOICES)
    changes: dict[str, Any] = {name: getattr(args, name) for name in names if getattr(args, name) is not None}
    for name in _SECRETS:
        if name not in changes and (value := os.environ.get(f"CMMS_SIMULATOR_{name.upper()}")):
            changes[name] = value
    if args.requests_per_second is not None:
        changes["rate_limit"] = RateLimit(requests=args.requests_per_second)
    if args.no_gzip:
        changes["gzip"] = False
    return replace(profile(args.profile), **changes)


def _first_sentence(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        where = "".join(f"--{str(part).replace('_', '-')}: " for part in first["loc"])
        return f"{where}{first['msg']}"
    return str(error)
