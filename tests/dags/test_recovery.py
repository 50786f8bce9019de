"""An outage of the source from its first failed run to the last missing reading: told, over, filled in, no gap."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from cmms.operations.verify.verify_tables import verify_tables
from cmms.simulator import Fault
from tests.alerts.runs import connect_slack
from tests.dags.dag_site import DagSite
from tests.sinks import SlackSink

pytestmark = pytest.mark.usefixtures("airflow_metadata")

DAYS = [date(2026, 1, day) for day in (28, 29, 30, 31)]
READINGS = (
    "SELECT e.equipment_number, t.date, t.point, t.date_time, t.running_hours, t.cumulative_hours, t.api_created_at,"
    " t.quality, t.quality_code FROM equipment_running_times t JOIN equipment e ON e.id = t.equipment_id ORDER BY 1, 2"
)


def sync_the_day_before(site: DagSite, day: int, **conf: Any) -> str:
    """The state of a run of 01:00 on a day of January (32: the first of February)."""
    run_after = datetime(2026, 2, 1, 1, tzinfo=UTC) if day == 32 else datetime(2026, 1, day, 1, tzinfo=UTC)
    return site.run("running_time_sync", run_after=run_after, **conf).state


@pytest.mark.slow
@pytest.mark.feature("TEST-32")
def test_after_an_outage_has_been_told_and_is_over_the_missing_days_are_filled_in_without_a_gap(
    make_site: Callable[..., DagSite], monkeypatch: pytest.MonkeyPatch
) -> None:
    undisturbed = make_site()
    undisturbed.sync_equipment()
    assert undisturbed.sync_days(DAYS[0], DAYS[-1]).status == "success"
    expected = undisturbed.query(READINGS)
    assert {row["date"] for row in expected} == set(DAYS)

    site = make_site()
    with SlackSink() as slack:
        connect_slack(monkeypatch, slack.url)
        site.run("equipment_sync")
        assert sync_the_day_before(site, 29) == "success"
        site.simulator.inject(Fault("status", status=503))
        assert [sync_the_day_before(site, day) for day in (30, 31)] == ["failed", "failed"]
        assert (site.log()["status"], site.log()["error_class"]) == ("failed", "ApiUnavailable")
        told = len(slack.bodies)
        assert told >= 2  # one per failed run
        assert site.value("SELECT COUNT(*) FROM alert_events WHERE status <> 'resolved'") > 0

        site.simulator.clear_faults()
        assert sync_the_day_before(site, 32) == "success"
        assert len(slack.bodies) > told  # the recovery is told
        assert site.value("SELECT COUNT(*) FROM alert_events WHERE status <> 'resolved'") == 0
        assert site.query(READINGS) != expected

        conf = {"start_date": DAYS[1].isoformat(), "end_date": DAYS[2].isoformat()}
        run_after = datetime(2026, 2, 1, 9, tzinfo=UTC)
        assert site.run("running_time_sync", run_after=run_after, **conf).state == "success"
        assert site.query(READINGS) == expected
        assert verify_tables() == []
