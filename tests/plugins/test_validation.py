"""Stored machines and readings are judged again by the rules of the syncs; the report is a list like any other."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from cmms import cli
from tests.plugins.conftest import ClientFor
from tests.plugins.requested_work import finish_run, finish_work

Tables = Callable[..., list[dict[str, Any]]]
API = "/cmms/api/v1"


def _validate(client: Any, keys: list[int], **values: Any) -> dict[str, Any]:
    answer = client.post(f"{API}/equipment/actions/validate", json={"keys": keys, "values": values})
    (done,) = finish_work(answer)
    report: dict[str, Any] = client.get(f"{API}/validations/{done['report']}").json()
    return report


def _findings(client: Any, report: dict[str, Any]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = client.get(
        f"{API}/validation-findings", params={"validation_report_id": report["id"], "limit": 200}
    ).json()["rows"]
    return rows


@pytest.mark.feature("ACT-04", "TAB-05A", "SVC-06")
def test_stored_rows_that_break_a_rule_are_reported_by_rule_with_their_machines(
    client_for: ClientFor, tables: Tables
) -> None:
    """A counter below the one before, more hours than a day has, a machine that no snapshot has held."""
    last = tables("SELECT MAX(date) AS d FROM equipment_running_times")[0]["d"]
    keys = [
        row["equipment_id"]
        for row in tables(
            "SELECT equipment_id FROM equipment_running_times WHERE date BETWEEN %s AND %s AND running_hours > 0"
            " AND quality = 'ok' GROUP BY equipment_id HAVING COUNT(*) = 2 ORDER BY equipment_id DESC LIMIT 3",
            last - timedelta(days=1),
            last,
        )
    ]
    clean = _validate(client_for("user"), keys, days="2")
    assert (clean["state"], clean["machines"], clean["readings"], clean["findings"]) == ("success", 3, 6, 0)

    change = "UPDATE equipment_running_times SET {} WHERE date = %s AND equipment_id = %s"
    tables(change.format("cumulative_hours = cumulative_hours - 500"), last, keys[0])
    tables(change.format("running_hours = 30, cumulative_hours = cumulative_hours + 900"), last, keys[1])
    tables("UPDATE equipment SET api_created_at = NULL WHERE id = %s", keys[2])
    before = tables("SELECT * FROM equipment_running_times WHERE date = %s ORDER BY id", last)
    report = _validate(client_for("user"), keys, days="2")
    found = _findings(client_for("viewer"), report)
    assert {(row["equipment_id"], row["code"], row["severity"], row["reading_date"]) for row in found} == {
        (keys[0], "COUNTER_DECREASED", "critical", str(last)),
        (keys[1], "EXCEEDS_DAY", "warning", str(last)),
        (keys[1], "HOURS_MISMATCH", "warning", str(last)),
        (keys[2], "REQUIRED", "critical", None),
    }
    assert (report["findings"], report["first_day"], report["last_day"]) == (
        4,
        str(last - timedelta(days=1)),
        str(last),
    )
    decreased = next(row for row in found if row["code"] == "COUNTER_DECREASED")
    assert (decreased["rule"], " against " in decreased["message"]) == ("VAL-04", True)  # the words of a sync
    assert tables("SELECT * FROM equipment_running_times WHERE date = %s ORDER BY id", last) == before
    audited = tables("SELECT * FROM audit_log WHERE action = 'validate' AND entity_id = %s", str(report["id"]))
    assert audited[0]["actor"] == "user"

    export = client_for("viewer").get(
        f"{API}/validation-findings/export?format=csv&validation_report_id={report['id']}&code=REQUIRED"
    )
    lines = list(csv.DictReader(io.StringIO(export.content.decode("utf-8-sig"))))
    number = tables("SELECT equipment_number AS n FROM equipment WHERE id = %s", keys[2])[0]["n"]
    assert [line["Machine"] for line in lines] == [number]


@pytest.mark.feature("ACT-04", "TEST-04")
def test_the_report_by_rule_counts_findings_and_machines_and_leads_to_them(
    client_for: ClientFor, tables: Tables
) -> None:
    from cmms_ui.resources.validations.report import REPORT

    tables("UPDATE equipment_running_times SET running_hours = 26 WHERE equipment_id IN (81, 82)")
    report = _validate(client_for("user"), [81, 82, 83], days="31")
    data = REPORT.load({"key": report["id"]})
    counts = tables(
        "SELECT code, COUNT(*) AS n, COUNT(DISTINCT equipment_id) AS m FROM validation_findings"
        " WHERE validation_report_id = %s GROUP BY code",
        report["id"],
    )
    assert {(row["code"], row["findings"], row["machines"]) for row in data["rules"]} == {
        (row["code"], row["n"], row["m"]) for row in counts
    }
    exceeding = next(row for row in data["rules"] if row["code"] == "EXCEEDS_DAY")
    assert exceeding["machines"] == 2
    assert f"validation_report_id={report['id']}&code=EXCEEDS_DAY" in str(REPORT.render(data))


@pytest.mark.feature("ACT-04")
def test_machines_are_judged_some_at_a_time_and_all_findings_are_counted_also_those_beyond_the_limit(
    client_for: ClientFor, tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables("UPDATE equipment SET api_created_at = NULL WHERE id BETWEEN 91 AND 95")
    monkeypatch.setattr("cmms.operations.validate_stored._IDS_AT_ONCE", 2)
    monkeypatch.setattr("cmms.operations.validate_stored.FINDING_LIMIT", 3)
    report = _validate(client_for("user"), [91, 92, 93, 94, 95], days="0")
    assert (report["machines"], report["findings"]) == (5, 5)
    assert {row["equipment_id"] for row in _findings(client_for("viewer"), report)} == {91, 92, 93}


@pytest.mark.feature("ACT-04")
def test_a_report_whose_judging_breaks_off_is_failed(
    client_for: ClientFor, tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cmms.access.connections import write
    from cmms.operations import validate_stored
    from cmms.operations.validation_reports import open_report

    def fail(*_: Any, **__: Any) -> Any:
        raise RuntimeError("a rule that cannot run")

    client_for("viewer")
    report = write(lambda cursor: open_report(cursor, asked_by="x", equipment_ids=[5], days=0), what="a test")
    monkeypatch.setattr(validate_stored, "apply_rules", fail)
    with pytest.raises(RuntimeError):
        validate_stored.write_report(report, run_date=date(2026, 2, 1))
    closed = tables("SELECT status, error_message FROM validation_reports WHERE id = %s", report)
    assert closed == [{"status": "failed", "error_message": "RuntimeError: a rule that cannot run"}]


@pytest.mark.feature("ACT-04")
def test_a_validation_that_cannot_start_says_so_and_only_one_of_a_person_is_open_at_a_time(
    client_for: ClientFor, tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cmms.run_control import airflow_runs

    call = {"keys": [5], "values": {"days": "1"}}
    with monkeypatch.context() as patch:
        patch.setattr(airflow_runs, "_senders", [lambda *_: (503, {"detail": "not now"})])
        assert client_for("user").post(f"{API}/equipment/actions/validate", json=call).status_code == 502
    newest = tables("SELECT status, error_message FROM validation_reports ORDER BY id DESC LIMIT 1")[0]
    assert newest == {"status": "failed", "error_message": "its run could not be started: not now"}
    first = client_for("user").post(f"{API}/equipment/actions/validate", json=call)
    second = client_for("user").post(f"{API}/equipment/actions/validate", json=call)
    assert (second.status_code, "Another validation" in second.json()["detail"]) == (429, True)
    other = client_for("op").post(f"{API}/equipment/actions/validate", json=call)
    for answer in (first, other):
        assert finish_work(answer)[0]["machines"] == 1
    for days in ("32", "-1"):
        wrong = client_for("user").post(
            f"{API}/equipment/actions/validate", json={"keys": [5], "values": {"days": days}}
        )
        assert (wrong.status_code, set(wrong.json()["fields"])) == (422, {"days"})


@pytest.mark.feature("ACT-04", "SVC-06")
def test_an_attempt_that_failed_is_done_again_from_the_beginning_and_one_that_succeeded_is_not(
    client_for: ClientFor, tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cmms.errors import AskPerson, DatabaseUnavailable
    from cmms.operations import validate_stored

    tables("UPDATE equipment SET api_created_at = NULL WHERE id = 97")
    call = {"keys": [97, 98], "values": {"days": "1"}}
    answer = client_for("op").post(f"{API}/equipment/actions/validate", json=call)
    run_id = answer.json()["runs"][0]["run_id"]
    judge = validate_stored.apply_rules

    def fail(frame: Any, *, stream: str, **known: Any) -> Any:
        if stream == "running_time":
            raise DatabaseUnavailable("the server is restarting")
        return judge(frame, stream=stream, **known)

    with monkeypatch.context() as patch:
        patch.setattr(validate_stored, "apply_rules", fail)
        with pytest.raises(DatabaseUnavailable):
            finish_run(run_id)
    report = tables("SELECT * FROM validation_reports ORDER BY id DESC LIMIT 1")[0]
    assert (report["status"], report["findings"]) == ("failed", 1)
    assert finish_run(run_id, is_repeated=True) == {
        "report": report["id"], "machines": 2, "readings": 2, "findings": 1,
    }  # fmt: skip
    with pytest.raises(AskPerson):
        finish_run(run_id, is_repeated=True)
    assert (
        tables("SELECT COUNT(*) AS n FROM validation_findings WHERE validation_report_id = %s", report["id"])[0]["n"]
        == 1
    )


@pytest.mark.feature("ACT-04", "SVC-06")
def test_the_watchdog_closes_a_report_whose_run_was_killed(client_for: ClientFor, tables: Tables) -> None:
    from cmms.operations.watch_runs import watch

    answer = client_for("op").post(f"{API}/equipment/actions/validate", json={"keys": [5], "values": {"days": "0"}})
    assert answer.status_code == 202
    newest = "SELECT status, error_message FROM validation_reports ORDER BY id DESC LIMIT 1"
    watch()
    assert tables(newest)[0]["status"] == "running"
    tables("UPDATE validation_reports SET started_at = started_at - INTERVAL 3 HOUR WHERE status = 'running'")
    watch()
    assert tables(newest)[0] == {"status": "failed", "error_message": "its process ended"}


def test_the_newest_reports_are_kept(client_for: ClientFor, tables: Tables) -> None:
    from cmms.access.connections import write
    from cmms.operations.validation_reports import RETAINED_REPORTS, open_report

    client_for("viewer")
    ids = [
        write(lambda cursor: open_report(cursor, asked_by="x", equipment_ids=None, days=0), what="a test")
        for _ in range(RETAINED_REPORTS + 2)
    ]
    kept = [row["id"] for row in tables("SELECT id FROM validation_reports ORDER BY id")]
    assert kept == ids[-RETAINED_REPORTS:]


def test_the_command_line_validates_machines_by_number(
    client_for: ClientFor, tables: Tables, capsys: pytest.CaptureFixture[str]
) -> None:
    client_for("viewer")
    number = tables("SELECT equipment_number AS n FROM equipment WHERE id = 40")[0]["n"]
    assert cli.main(["validate", "--equipment-number", number, "--days", "1"]) == 0
    assert "1 machine, 1 reading," in capsys.readouterr().out
    assert cli.main(["validate", "--equipment-number", "no such machine"]) == 2
