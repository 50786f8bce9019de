"""The repository's DAG files as this site runs them: the same text, with shorter waits and, in copies, other bounds.

Input: `dags/*.py`. Output: a DAG folder whose files execute those. `equipment_sync` and `running_time_sync` begin
today, so that nothing of them is due by itself; `due_sync` is a copy of the latter with a due day, which its first
unpausing starts; `hasty_sync` a copy that times out after seconds. `nightly_equipment` and `nightly_running_time` are copies
of both with a due day, at midnight and at one o'clock.
"""

from __future__ import annotations

from pathlib import Path

from tools.state_folder import REPOSITORY

DUE, HASTY = "due_sync", "hasty_sync"
NIGHTLY = {"nightly_equipment": ("equipment", 0), "nightly_running_time": ("running_time", 1)}
HASTY_SECONDS = 40

_FILE = '''"""A DAG of Airflow, read from the repository."""
from datetime import datetime, timedelta, timezone
from pathlib import Path

from cmms.dag_tasks import dag_defaults

dag_defaults.SYNC_ARGUMENTS.update(retry_delay=timedelta(seconds=1), retry_exponential_backoff=0)
first_day = {first_day!r}
if first_day is not None:
    dag_defaults._FIRST_DAY = first_day
text = Path({file!r}).read_text()
for old, new in {changes!r}:
    assert old in text, old
    text = text.replace(old, new)
exec(compile(text, {file!r}, "exec"))
'''


def write_dag_files(folder: Path, *, today: tuple[int, int, int]) -> None:
    """Fill the DAG folder of the site."""
    folder.mkdir(parents=True)
    name = 'dag_id="running_time_sync"'
    hasty = [
        (name, f'dag_id="{HASTY}"'),
        ("zone=zone,\n)", f"zone=zone,\n)\ndag.dagrun_timeout = timedelta(seconds={HASTY_SECONDS})"),
    ]
    _write(folder / "equipment_sync.py", "equipment_sync", [], today)
    _write(folder / "running_time_sync.py", "running_time_sync", [], today)
    _write(folder / f"{DUE}.py", "running_time_sync", [(name, f'dag_id="{DUE}"')], None)
    _write(folder / f"{HASTY}.py", "running_time_sync", hasty, today)
    for dag_id, (stream, hour) in NIGHTLY.items():
        changes = [
            (f'dag_id="{stream}_sync"', f'dag_id="{dag_id}"'),
            (f'cron=schedule.of("{stream}")', f'cron="0 {hour} * * *"'),
        ]
        _write(folder / f"{dag_id}.py", f"{stream}_sync", changes, None)
    for upkeep in ("sync_watchdog", "cmms_on_request"):
        _write(folder / f"{upkeep}.py", upkeep, [], today)


def _write(target: Path, source: str, changes: list[tuple[str, str]], first_day: tuple[int, int, int] | None) -> None:
    file = str(REPOSITORY / "dags" / f"{source}.py")
    target.write_text(_FILE.format(file=file, changes=changes, first_day=first_day))
