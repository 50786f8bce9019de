"""Diagnosis of a site: is everything there that the syncs need? Input: nothing. Output: a :class:`Report`.

``python -m cmms diagnose``, the end of the installation and the page *Diagnostics* all call :func:`run_diagnosis`.
Nothing is changed: no table, no setting, no message (but with ``sends_test`` one to each receiver).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection

from cmms.operations.diagnosis import (
    check_airflow,
    check_alerts,
    check_connections,
    check_database,
    check_package,
    check_privileges,
    check_source,
    check_storage,
)
from cmms.operations.diagnosis.lines import GROUPS, Check, Line, Report, Status
from cmms.operations.diagnosis.run_checks import run_checks
from cmms.operations.diagnosis.site import Site
from cmms.words import count_of

__all__ = ["CHECKS", "GROUPS", "Line", "Report", "print_report", "run_diagnosis"]

CHECKS: tuple[Check, ...] = (
    *check_package.CHECKS,
    *check_connections.CHECKS,
    *check_database.CHECKS,
    *check_privileges.CHECKS,
    *check_source.CHECKS,
    *check_storage.CHECKS,
    *check_airflow.CHECKS,
    *check_alerts.CHECKS,
)

_LOOKS: dict[Status, tuple[str, str]] = {
    "pass": ("✓ pass", "green"),
    "warn": ("▲ warn", "yellow"),
    "fail": ("✕ FAIL", "bold red"),
    "skip": ("- skip", "dim"),
}


def run_diagnosis(
    groups: Collection[str] = (),
    *,
    sends_test: bool = False,
    on_line: Callable[[Line], None] = lambda line: None,
    longest: float | None = None,
) -> Report:
    """Run the checks.

    Args:
        groups: show only these (default: all). What their checks need from other groups is checked all the same.
        sends_test: send a test message to each receiver of alerts.
        on_line: called with each line when it is found.
        longest: seconds that no check may exceed, whatever its own limit.
    """
    started = time.monotonic()
    lines = []
    for line in run_checks(_choose(groups), Site(sends_test=sends_test), longest=longest):
        if not groups or line.group in groups:
            on_line(line)
            lines.append(line)
    return Report(tuple(lines), time.monotonic() - started)


def _choose(groups: Collection[str]) -> list[Check]:
    """The checks of the groups and, before them, those that they need."""
    by_key = {check.key: check for check in CHECKS}
    wanted = {check.key for check in CHECKS if not groups or check.group in groups}
    waiting = list(wanted)
    while waiting:
        check = by_key[waiting.pop()]
        for key in (*check.needs, *check.after):
            if key not in wanted:
                wanted.add(key)
                waiting.append(key)
    return [check for check in CHECKS if check.key in wanted]


def print_report(report: Report) -> None:
    """Print one line a check below the title of its group, the remedy below each line that has one."""
    printer = ReportPrinter()
    for line in report.lines:
        printer.add(line)
    printer.finish(report)


class ReportPrinter:
    """Prints lines as they come, with colours on a terminal."""

    def __init__(self) -> None:
        from rich.console import Console

        self._console = Console(highlight=False, soft_wrap=True)
        self._group = ""

    def add(self, line: Line) -> None:
        """Print one line."""
        from rich.text import Text

        if line.group != self._group:
            self._group = line.group
            self._console.print(Text(f"\n{line.group.capitalize()}", style="bold"))
        sign, style = _LOOKS[line.status]
        self._console.print(Text.assemble("  ", (f"{sign:<6}", style), f"  {line.name}: {line.found}"))
        if line.remedy:
            self._console.print(Text(f"          -> {line.remedy}"))

    def finish(self, report: Report) -> None:
        """Print how many lines there are of each status."""
        counts = [
            f"{report.count('pass')} passed",
            count_of(report.count("warn"), "warning"),
            f"{report.count('fail')} failed",
            f"{report.count('skip')} skipped",
        ]
        self._console.print(f"\n{', '.join(counts)} in {report.seconds:.1f} s")
