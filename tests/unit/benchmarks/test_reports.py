"""What `make bench` prints and stores, on sizes that take a moment: every figure and target is there. Nothing is timed."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.feature("TEST-29")


@pytest.mark.slow
def test_the_engine_is_reported_beside_its_limit_with_targets_memory_and_parse_times(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from benchmarks import __main__ as bench

    monkeypatch.setattr(bench, "RESULTS", tmp_path / "results")
    monkeypatch.setattr(sys, "argv", ["bench", "--rows", "200", "--days", "2", "--repeat", "1", "--no-peers"])
    assert bench.main() == 0
    (file,) = (tmp_path / "results").glob("*-200.json")
    result = json.loads(file.read_text())
    targets = {name: ratio["target"] for name, ratio in result["ratios"].items()}
    assert targets == {
        "first load / limit": 1.5,
        "same again / limit again": 1.8,
        "10 % changed / limit changed": None,
        "2 days / one day": pytest.approx(2.2),
        "memory of the long run / one day": 1.2,
    }
    assert all(ratio["measured"] > 0 for ratio in result["ratios"].values())
    again = result["rounds"][0]["engine"]["again"]["counts"]
    assert (again["inserted"], again["updated"], again["unchanged"] > 0) == (0, 0, True)  # zero rows written
    assert result["engine_peak_mib"] > 0 and result["long_run"]["peak_mib"] > 0
    dags = {file.stem for file in (Path(__file__).parents[3] / "dags").glob("*.py")}
    assert set(result["dag_parse_seconds"]) == dags
    printed = " ".join(capsys.readouterr().out.split())  # as wide as the terminal
    for text in ("200 running times a day", "limit", "engine", "merge", "first load / limit", "1.5", "1.8", "2.2", "1.2",
                 "peak memory of one day", "target: at most 1", *dags):  # fmt: skip
        assert text in printed, text


def test_peers_are_reported_with_how_many_times_longer_they_take(capsys: pytest.CaptureFixture[str]) -> None:
    from rich.console import Console

    from benchmarks.peer_runs import PEERS, add_ratios, tabulate_peers

    ran = {
        "seconds": {"first": 40.0, "again": 30.0},
        "records": 100,
        "stored": 98,
        "engine_rows_missing": 0,
        "other_rows": 2,
    }
    engine = {"first": 2.0, "again": 1.0}
    results = {name: add_ratios(name, [ran], engine, records=100, rows=100) for name in PEERS}
    targets = {name: [ratio["target"] for ratio in result["ratios"].values()] for name, result in results.items()}
    assert targets == {"orm": [60, 60], "dlt": [4, 6], "pandas": [None, None]}
    Console(width=200).print(tabulate_peers(results))
    printed = " ".join(capsys.readouterr().out.split())  # as wide as the terminal
    for text in ("20.0", "30.0", "60 / 60", "4 / 6", "dlt merge", "ORM, row by row"):
        assert text in printed


def test_a_dag_run_is_reported_beside_an_empty_one_and_the_engine(capsys: pytest.CaptureFixture[str]) -> None:
    from benchmarks import dag_run

    run = {
        "empty": {"seconds": 8.0, "tasks": {"merge": 0.5}},
        "dag": {"seconds": 12.0, "tasks": {"merge": 3.0}},
        "engine_seconds": 2.0,
    }
    assert dag_run.TARGET == 1.3 and dag_run._ratio(run) == 1.2
    dag_run._print({"rows": 100, "ratio": 1.2, "target": dag_run.TARGET, "median": run})
    printed = " ".join(capsys.readouterr().out.split())  # as wide as the terminal
    for text in ("queued to end", "12.00", "engine in process: 2.00", "1.2 (target: at most 1.3)"):
        assert text in printed


def test_every_tab_sort_and_filter_of_the_list_is_asked_and_its_p95_held_against_the_target(
    capsys: pytest.CaptureFixture[str],
) -> None:
    from benchmarks import view_load
    from cmms_ui.resources import RESOURCES

    asked = " ".join(view_load.QUESTIONS.values())
    for tab in RESOURCES["equipment"].tabs:
        assert f"/equipment?tab={tab.name}&" in asked
    for column in RESOURCES["equipment"].columns:
        assert not column.sortable or column.hidden or f"order=-{column.name}" in asked or column.name in NOT_MEASURED
    assert "/equipment/badges" in asked and view_load.TARGET_MS == 100
    times: dict[str, list[float]] = {"a list": [float(ms) for ms in range(1, 201)], "a list: errors": [1]}
    summary = view_load._summarise(times)
    assert set(summary) == {"a list"}
    assert 190 <= summary["a list"]["p95_ms"] <= 192 and summary["a list"]["errors"] == 1
    load: dict[str, Any] = {"people": 50, "without_sync": {}, "with_sync": {}, "synced_readings": 10, "sync_slowdown": 1.5,
                            "sync_alone_seconds": 1, "sync_with_people_seconds": 2}  # fmt: skip
    view_load._print(
        {"machines": 300, "readings": 900, "alone": summary, "load": load, "target_p95_ms": 100, "first_widgets_ms": {}}
    )
    printed = " ".join(capsys.readouterr().out.split())  # as wide as the terminal
    assert "p95" in printed and "!: above 100 ms" in printed


NOT_MEASURED = {"notes"}
