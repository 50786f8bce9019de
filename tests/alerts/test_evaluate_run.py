"""The rules, without database and network."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cmms.alerts.evaluate_run import evaluate_run
from cmms.alerts.records import OpenAlert, PastRun, RunHistory
from cmms.sync.records import Counts, RunSummary, Scope
from tests.alerts.runs import MIDNIGHT, make_run, make_settings

SETTINGS = make_settings(alerts={"consecutive_failures": 3, "api_failures": 2})


def failures(count: int, *, error_class: str = "ApiUnavailable", category: str = "api") -> tuple[PastRun, ...]:
    return tuple(
        PastRun("failed", MIDNIGHT - timedelta(days=day), error_class, category) for day in range(1, count + 1)
    )


def good_runs(*rejected: int, processed: int = 1_000) -> tuple[PastRun, ...]:
    return tuple(
        PastRun("partial", MIDNIGHT - timedelta(days=day), processed=processed, rejected=number)
        for day, number in enumerate(rejected, 1)
    )


def rules(run: RunSummary, history: RunHistory | None = None) -> list[str]:
    return [alert.rule_key for alert in evaluate_run(run, SETTINGS, history or RunHistory())]


@pytest.mark.feature("ERR-01")
def test_the_first_failure_raises_one_critical_alert() -> None:
    (alert,) = evaluate_run(make_run("failed"), SETTINGS, RunHistory())
    assert (alert.rule_key, alert.level, alert.transition) == ("run_failed", "critical", "firing")
    assert alert.fingerprint == "run_failed:running_time:ApiUnavailable"


@pytest.mark.feature("ALR-01")
@pytest.mark.parametrize(("before", "expected"), [(0, False), (1, False), (2, True), (3, True)])
def test_failures_in_a_row_count_from_the_threshold_on(before: int, expected: bool) -> None:
    history = RunHistory(failures(before, error_class="BadPayload"))
    raised = rules(make_run("failed", error_class="BadPayload"), history)
    assert ("consecutive_failures" in raised) is expected


@pytest.mark.feature("ALR-01")
def test_a_good_run_between_breaks_the_row() -> None:
    history = RunHistory((*failures(1), *good_runs(0), *failures(5)))
    assert "consecutive_failures" not in rules(make_run("failed"), history)


@pytest.mark.feature("ALR-02", "NOT-06")
def test_an_api_that_is_down_is_told_with_the_last_good_time() -> None:
    history = RunHistory(failures(1), last_good_at=MIDNIGHT - timedelta(days=2))
    alert = next(a for a in evaluate_run(make_run("failed"), SETTINGS, history) if a.rule_key == "api_unreachable")
    assert dict(alert.facts)["Last good run"] == "2026-01-30 01:00:00 UTC"
    assert alert.level == "critical"


@pytest.mark.feature("ALR-02", "NOT-06")
def test_an_api_that_answers_badly_is_not_unreachable() -> None:
    history = RunHistory(failures(2, error_class="BadPayload"))
    assert "api_unreachable" not in rules(make_run("failed"), history)
    assert "api_unreachable" not in rules(make_run("failed", error_class="BadPayload"), RunHistory(failures(2)))


@pytest.mark.feature("ALR-03")
def test_a_run_that_lost_its_database_is_told_once_for_all_syncs() -> None:
    run = make_run("failed", error_class="DatabaseUnavailable", error_category="database")
    (alert,) = evaluate_run(run, SETTINGS, RunHistory())
    assert (alert.rule_key, alert.fingerprint) == ("database_unreachable", "database_unreachable")


@pytest.mark.feature("ALR-01", "ALR-02", "NOTF-05", "NOT-06")
def test_a_good_run_resolves_what_is_open_of_its_own_sync_type() -> None:
    def is_open(fingerprint: str) -> OpenAlert:
        return OpenAlert(fingerprint.split(":")[0], fingerprint, fingerprint, "critical", MIDNIGHT)

    own = [
        "run_failed:running_time:ApiUnavailable",
        "consecutive_failures:running_time",
        "api_unreachable:running_time",
        "database_unreachable",
    ]
    foreign = [
        "run_failed:equipment:ApiUnavailable",
        "records_failed:running_time:7",
        "run_stalled:running_time:7",
    ]
    history = RunHistory(open_alerts=tuple(is_open(name) for name in own + foreign))
    alerts = evaluate_run(make_run("partial"), SETTINGS, history)
    assert [alert.fingerprint for alert in alerts] == own
    assert {alert.transition for alert in alerts} == {"resolved"}
    assert rules(make_run("cancelled"), history) == []
    assert rules(make_run("running"), history) == []


@pytest.mark.feature("ERR-02", "ERR-03")
@pytest.mark.parametrize(("rejected", "level"), [(1_001, "high"), (1_000, "medium")])
def test_failed_records_are_an_alert_of_that_run(rejected: int, level: str) -> None:
    run = make_run("partial", counts=Counts(fetched=10_000, inserted=10_000 - rejected, rejected=rejected))
    (alert,) = evaluate_run(run, SETTINGS, RunHistory())
    hours = 2 if level == "high" else 24
    assert (alert.rule_key, alert.level) == ("records_failed", level)
    assert alert.respond_by == run.completed_at + timedelta(hours=hours)
    assert str(run.sync_log_id) in alert.fingerprint


@pytest.mark.feature("ERR-04", "ERR-05")
def test_warnings_and_clean_runs_raise_nothing() -> None:
    assert rules(make_run("success", counts=Counts(fetched=10, inserted=10, warnings=10))) == []
    assert rules(make_run("success")) == []


def rejecting(rejected: int, fetched: int = 1_000, **changes: object) -> RunSummary:
    return make_run("partial", counts=Counts(fetched, fetched - rejected, rejected=rejected), **changes)


@pytest.mark.feature("ALR-05")
def test_a_jump_above_the_trailing_median_is_a_spike() -> None:
    assert "error_spike" in rules(rejecting(31), RunHistory(good_runs(10, 10, 9, 11, 200)))


@pytest.mark.feature("ALR-05")
@pytest.mark.parametrize("steady", [0, 10, 80, 500])
def test_a_steady_rate_is_no_spike(steady: int) -> None:
    assert "error_spike" not in rules(rejecting(steady), RunHistory(good_runs(*[steady] * 14)))


@pytest.mark.feature("ALR-05")
def test_a_few_bad_records_after_clean_days_are_no_spike() -> None:
    clean = RunHistory(good_runs(*[0] * 14))
    assert "error_spike" not in rules(rejecting(15), clean)
    assert "error_spike" not in rules(rejecting(2, 20), clean)
    assert "error_spike" in rules(rejecting(16), clean)
    assert "error_spike" in rules(rejecting(3, 20), clean)


@pytest.mark.feature("ALR-05")
def test_days_without_records_say_nothing_about_what_is_usual() -> None:
    empty = good_runs(0, 0, 0, processed=0)
    assert "error_spike" not in rules(rejecting(500), RunHistory((*empty, *good_runs(10, 10))))
    assert "error_spike" in rules(rejecting(500), RunHistory((*empty, *good_runs(10, 10, 10))))


@pytest.mark.feature("ALR-05")
def test_two_earlier_runs_or_a_restricted_run_say_nothing_about_what_is_usual() -> None:
    assert "error_spike" not in rules(rejecting(500), RunHistory(good_runs(0, 0)))
    one_plant = Scope("running_time", plant_codes=("P1",))
    assert "error_spike" not in rules(rejecting(500, scope=one_plant), RunHistory(good_runs(0, 0, 0)))


@pytest.mark.feature("ALR-05")
def test_only_the_newest_runs_of_the_window_say_what_is_usual() -> None:
    window = SETTINGS.alerts.spike_window
    runs = good_runs(*[10] * window, *[500] * (2 * window))  # newest first: the source was bad long ago
    assert "error_spike" in rules(rejecting(31), RunHistory(runs))


@pytest.mark.feature("ALR-05")
def test_the_spike_is_over_when_the_rate_is_usual_again() -> None:
    spike = OpenAlert("error_spike", "error_spike:running_time", "A jump", "high", MIDNIGHT)
    usual = RunHistory(good_runs(10, 10, 10), open_alerts=(spike,))
    resolved = evaluate_run(rejecting(10), SETTINGS, usual)[-1]
    assert (resolved.transition, resolved.title) == ("resolved", "Resolved: A jump")
    assert [a.transition for a in evaluate_run(rejecting(100), SETTINGS, usual)] == ["firing", "firing"]
