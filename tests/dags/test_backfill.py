"""The documented backfill covers all its days in every zone, one after the other; what has no days refuses one.

The line is taken from docs/operations.md and expanded by a shell; Airflow's own command does a dry run of it.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from cmms.dag_ids import SCHEDULED_DAG_IDS
from tools.state_folder import REPOSITORY

pytestmark = pytest.mark.usefixtures("airflow_metadata")

Backfill = Callable[..., list[datetime]]


def documented_arguments(**variables: str) -> list[str]:
    """What the documented line hands to `airflow`, with other values for its variables."""
    text = (REPOSITORY / "docs/operations.md").read_text(encoding="utf-8")
    [block] = [block for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL) if "airflow backfill create" in block]
    for name, value in variables.items():
        block, found = re.subn(rf"\b{name}=\S+", f"{name}={value}", block)
        assert found == 1, f"{name} in {block}"
    script = f"airflow() {{ printf '%s\\n' \"$@\"; }}\n{block}"
    done = subprocess.run(["bash", "-euc", script], capture_output=True, text=True, timeout=60, check=True)
    return done.stdout.splitlines()


@pytest.fixture
def dry_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Backfill:
    """Airflow's command, in this process, on the DAGs of a site in a zone; the logical dates that it would run."""
    from airflow.cli.cli_parser import get_parser
    from airflow.cli.commands.backfill_command import create_backfill
    from airflow.dag_processing.bundles.manager import DagBundlesManager
    from airflow.dag_processing.dagbag import BundleDagBag, sync_bag_to_db

    def run(arguments: list[str], zone: str = "UTC") -> list[datetime]:
        file = tmp_path / "cmms.yaml"
        file.write_text(f"timezone: {zone}\n")
        monkeypatch.setenv("CMMS_CONFIG_FILE", str(file))
        DagBundlesManager().sync_bundles_to_db()
        bag = BundleDagBag(
            dag_folder=str(REPOSITORY / "dags"), bundle_path=REPOSITORY / "dags", bundle_name="dags-folder"
        )
        sync_bag_to_db(bag, "dags-folder", None)
        capsys.readouterr()
        create_backfill(get_parser().parse_args([*arguments, "--dry-run"]))
        printed = capsys.readouterr().out
        assert "max_active_runs = 1" in printed
        runs = printed.partition("Runs to be attempted")[2]
        return [
            datetime.fromisoformat(found) for found in re.findall(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\+\d\d:\d\d", runs)
        ]

    return run


@pytest.mark.feature("SVC-04", "RT-02")
@pytest.mark.parametrize(
    ("zone", "first", "last"),
    [
        ("UTC", "2026-01-01", "2026-01-31"),
        ("Europe/Berlin", "2026-07-01", "2026-07-31"),
        ("Europe/Berlin", "2026-01-01", "2026-01-03"),
        ("Europe/Berlin", "2026-03-27", "2026-03-31"),  # the clocks change in between
        ("America/Los_Angeles", "2026-07-01", "2026-07-03"),
        ("Asia/Kolkata", "2026-02-27", "2026-03-01"),
    ],
)
def test_the_documented_line_runs_every_day_once_from_the_first_to_the_last(
    dry_run: Backfill, zone: str, first: str, last: str
) -> None:
    found = dry_run(documented_arguments(ZONE=zone, FIRST=first, LAST=last), zone)
    begin, end = date.fromisoformat(first), date.fromisoformat(last)
    wanted = [begin + timedelta(days=number) for number in range((end - begin).days + 1)]
    assert [run.astimezone(ZoneInfo(zone)).date() for run in found] == wanted


@pytest.mark.feature("SVC-04")
def test_a_dag_whose_work_belongs_to_no_day_refuses_a_backfill(dry_run: Backfill) -> None:
    from airflow.exceptions import DagRunTypeNotAllowed
    from airflow.models.backfill import DagNonPeriodicScheduleException

    arguments: list[Any] = documented_arguments()
    where = arguments.index("running_time_sync")
    for dag_id in set(SCHEDULED_DAG_IDS) - {"running_time_sync"}:
        refused = (DagRunTypeNotAllowed, DagNonPeriodicScheduleException)
        with pytest.raises(refused, match=dag_id):
            dry_run([*arguments[:where], dag_id, *arguments[where + 1 :]])
