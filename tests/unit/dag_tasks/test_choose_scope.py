"""Which days a DAG run covers, by its own facts and the form's values."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from cmms.dag_tasks.choose_scope import (
    daily_scope,
    evaluation_day,
    queue_ms,
    run_date,
    snapshot_scope,
    trigger_kind,
)
from cmms.errors import SettingsError

BERLIN = ZoneInfo("Europe/Berlin")


@dataclass
class DagRun:
    """As Airflow hands it to a task."""

    run_type: str = "scheduled"
    run_after: datetime = datetime(2026, 2, 1, 0, tzinfo=UTC)
    data_interval_start: datetime | None = datetime(2026, 1, 31, 0, tzinfo=UTC)  # 01:00 in Berlin
    data_interval_end: datetime | None = datetime(2026, 2, 1, 0, tzinfo=UTC)
    start_date: datetime | None = datetime(2026, 2, 1, 0, 0, 3, tzinfo=UTC)
    dag_id: str = "running_time_sync"
    run_id: str = "run"
    triggering_user_name: str | None = None
    logical_date: datetime | None = None
    conf: dict[str, Any] | None = None


def manual(run_after: datetime) -> DagRun:
    return DagRun("manual", run_after, None, None)


@pytest.mark.feature("RT-01", "RT-02")
@pytest.mark.parametrize("run_type", ["scheduled", "backfill"])
def test_a_scheduled_run_covers_the_local_day_that_its_interval_starts_on(run_type: str) -> None:
    scope = daily_scope("running_time", DagRun(run_type), {}, BERLIN)
    assert (scope.start_date, scope.end_date) == (date(2026, 1, 31), date(2026, 1, 31))


@pytest.mark.feature("RT-01")
def test_the_days_of_a_change_of_clocks_are_covered_once_each() -> None:
    # 01:00 local is 00:00 UTC before 29 March 2026 and 23:00 UTC the day before after it
    spring = [
        datetime(2026, 3, 28, 0),
        datetime(2026, 3, 29, 0),
        datetime(2026, 3, 29, 23),
        datetime(2026, 3, 30, 23),
    ]
    bounds = [moment.replace(tzinfo=UTC) for moment in spring]
    days = [
        daily_scope("running_time", DagRun("scheduled", end, start, end), {}, BERLIN).start_date
        for start, end in itertools.pairwise(bounds)
    ]
    assert days == [date(2026, 3, 28), date(2026, 3, 29), date(2026, 3, 30)]


def test_a_weekly_schedule_covers_all_days_of_its_interval() -> None:
    run = DagRun(data_interval_start=datetime(2026, 1, 25, tzinfo=UTC))
    scope = daily_scope("running_time", run, {}, BERLIN)
    assert (scope.start_date, scope.end_date) == (date(2026, 1, 25), date(2026, 1, 31))


def test_a_schedule_of_several_times_a_day_covers_the_day_of_its_interval() -> None:
    start, end = datetime(2026, 1, 31, 6, tzinfo=UTC), datetime(2026, 1, 31, 12, tzinfo=UTC)
    scope = daily_scope("running_time", DagRun("scheduled", end, start, end), {}, BERLIN)
    assert (scope.start_date, scope.end_date) == (date(2026, 1, 31), date(2026, 1, 31))


@pytest.mark.feature("SVC-07", "Q-07")
def test_the_look_back_is_for_scheduled_runs_only() -> None:
    def start(run: DagRun, **params: str) -> date | None:
        return daily_scope("running_time", run, params, BERLIN, look_back_days=3).start_date

    assert start(DagRun()) == date(2026, 1, 28)
    assert start(DagRun("backfill")) == date(2026, 1, 31)
    assert start(manual(datetime(2026, 2, 1, 12, tzinfo=UTC))) == date(2026, 1, 31)
    assert start(DagRun(), start_date="2026-01-15") == date(2026, 1, 15)


@pytest.mark.feature("RT-01")
def test_a_manual_run_without_dates_covers_the_local_day_before_it_was_asked_for() -> None:
    just_after_midnight = datetime(2026, 1, 31, 23, 30, tzinfo=UTC)  # 00:30 on 1 February in Berlin
    assert daily_scope("running_time", manual(just_after_midnight), {}, BERLIN).start_date == date(2026, 1, 31)
    assert daily_scope("running_time", manual(just_after_midnight), {}, ZoneInfo("UTC")).start_date == date(2026, 1, 30)


@pytest.mark.feature("RT-01")
def test_a_manual_run_goes_by_when_it_was_asked_for_also_where_airflow_gives_it_an_interval() -> None:
    week = datetime(2026, 1, 18, tzinfo=UTC), datetime(2026, 1, 25, tzinfo=UTC)
    run = DagRun("manual", datetime(2026, 2, 1, 12, tzinfo=UTC), *week)
    assert run_date(run, BERLIN) == date(2026, 2, 1)
    scope = daily_scope("running_time", run, {}, BERLIN)
    assert (scope.start_date, scope.end_date) == (date(2026, 1, 31), date(2026, 1, 31))


@pytest.mark.feature("RT-01")
def test_a_run_that_airflow_gives_no_interval_covers_the_day_before_it_was_due() -> None:
    run = DagRun("scheduled", data_interval_start=None, data_interval_end=None)
    assert run_date(run, BERLIN) == date(2026, 2, 1)
    scope = daily_scope("running_time", run, {}, BERLIN)
    assert (scope.start_date, scope.end_date) == (date(2026, 1, 31), date(2026, 1, 31))


@pytest.mark.feature("JOB-03")
@pytest.mark.parametrize(
    ("params", "days"),
    [
        ({"start_date": "2026-01-10"}, (date(2026, 1, 10), date(2026, 1, 10))),
        ({"end_date": "2026-01-12"}, (date(2026, 1, 12), date(2026, 1, 12))),
        ({"start_date": "2026-01-10", "end_date": "2026-01-12"}, (date(2026, 1, 10), date(2026, 1, 12))),
        ({"start_date": "", "end_date": None}, (date(2026, 1, 31), date(2026, 1, 31))),
    ],
)
def test_dates_of_the_form_win(params: dict[str, str | None], days: tuple[date, date]) -> None:
    scope = daily_scope("running_time", manual(datetime(2026, 2, 1, 12, tzinfo=UTC)), params, BERLIN)
    assert (scope.start_date, scope.end_date) == days


@pytest.mark.parametrize("scope_of", [partial(snapshot_scope, "equipment"), partial(daily_scope, "running_time")])
def test_plants_and_machines_of_the_form_are_trimmed_and_each_is_there_once(scope_of: Any) -> None:
    params = {"plant_codes": [" P2", "P1", "P2 ", " "], "equipment_numbers": ["00 1", "00 1", ""]}
    scope = scope_of(DagRun(), params, BERLIN)
    assert (scope.plant_codes, scope.equipment_numbers) == (("P2", "P1"), ("00 1",))
    assert not scope_of(DagRun(), {"plant_codes": [" "], "equipment_numbers": None}, BERLIN).is_restricted


def test_a_text_that_is_no_date_is_named() -> None:
    with pytest.raises(SettingsError, match="start_date: a date such as"):
        daily_scope("running_time", DagRun(), {"start_date": "yesterday"}, BERLIN)


@pytest.mark.feature("JOB-02")
def test_the_snapshot_is_named_by_the_local_day_on_which_it_was_due() -> None:
    run = DagRun(data_interval_end=datetime(2026, 1, 31, 23, tzinfo=UTC))
    scope = snapshot_scope("equipment", run, {"plant_codes": [" P001 ", "", "P001"], "equipment_numbers": None}, BERLIN)
    assert scope.start_date == date(2026, 2, 1)
    assert (scope.plant_codes, scope.equipment_numbers) == (("P001",), ())
    assert run_date(DagRun(), BERLIN) == date(2026, 2, 1)


@pytest.mark.parametrize(
    ("run_type", "kind"),
    [
        ("scheduled", "schedule"),
        ("backfill", "backfill"),
        ("manual", "manual"),
        ("asset_triggered", "manual"),
    ],
)
def test_the_log_row_tells_how_a_run_came_about(run_type: str, kind: str) -> None:
    assert trigger_kind(DagRun(run_type)) == kind


def test_waiting_counts_from_the_click_or_from_when_airflow_let_the_run_go() -> None:
    started = datetime(2026, 2, 1, 0, 0, 5, tzinfo=UTC)
    assert queue_ms(DagRun(), started) == 2000
    assert queue_ms(manual(datetime(2026, 2, 1, 0, 0, 1, tzinfo=UTC)), started) == 4000
    assert queue_ms(DagRun(start_date=None), started) is None
    assert queue_ms(manual(datetime(2026, 2, 1, 0, 0, 9, tzinfo=UTC)), started) == 0  # two machines' clocks differ


@pytest.mark.feature("TEST-15")
def test_maintenance_is_judged_by_the_runs_own_local_day_which_after_an_asset_is_when_it_was_due() -> None:
    late = datetime(2026, 1, 31, 23, 30, tzinfo=UTC)  # 00:30 in Berlin
    by_asset = DagRun("asset_triggered", late, None, None)
    assert evaluation_day(by_asset, BERLIN) == date(2026, 2, 1)
    assert evaluation_day(by_asset, ZoneInfo("UTC")) == date(2026, 1, 31)
    by_hand = DagRun("manual", late, None, None, logical_date=datetime(2026, 1, 15, 12, tzinfo=UTC))
    assert evaluation_day(by_hand, BERLIN) == date(2026, 1, 15)
