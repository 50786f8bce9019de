"""Output of the command line: a progress bar while a sync runs, then its summary as a table."""

from __future__ import annotations

from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from cmms.sync.records import RunSummary

_COUNTS = ("fetched", "inserted", "updated", "unchanged", "superseded", "rejected", "warnings")


class ProgressBar:
    """One bar per unit and step, on standard error."""

    def __init__(self) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._tasks: dict[tuple[str, str], TaskID] = {}

    def update(self, unit_key: str, step: str, done: int, total: int | None) -> None:
        """Show the progress of a step."""
        key = (unit_key, step)
        if key not in self._tasks:
            for task in self._tasks.values():
                self._progress.update(task, visible=False)
            self._tasks[key] = self._progress.add_task(f"{unit_key} {step}", total=total)
        self._progress.update(self._tasks[key], completed=done, total=total)

    def __enter__(self) -> ProgressBar:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()


def print_summary(summary: RunSummary) -> None:
    """Print one run: status, counts, reasons of rejects and warnings."""
    console = Console()
    seconds = (summary.completed_at - summary.started_at).total_seconds()
    title = f"{summary.sync_type} sync, run {summary.sync_log_id}: {summary.status}"
    table = Table(title=f"{title} ({summary.level}, {seconds:.1f} s)")
    for name in _COUNTS:
        table.add_column(name, justify="right")
    table.add_row(*(f"{getattr(summary.counts, name):,}" for name in _COUNTS))
    console.print(table)
    for title, codes in (("rejected", summary.rejects_by_code), ("warnings", summary.warnings_by_code)):
        if codes:
            console.print(f"{title}: " + ", ".join(f"{code} {records:,}" for code, records in codes))
    if summary.stale_master:
        console.print("master data may be stale: no equipment sync succeeded for this day")
    if summary.error_message:
        console.print(f"{summary.error_class or 'error'}: {summary.error_message}", style="red", markup=False)
