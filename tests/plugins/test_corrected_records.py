"""A rejected record that is corrected stays the record of its machine, plant and day, or everything names the new one."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from cmms.quarantine.identify_record import Identity, identify_record
from cmms.quarantine.replay_records import read_replayed
from cmms.settings import Settings
from cmms_ui.resources.record_errors.replayed import describe_end, describe_replayed
from tests.plugins.conftest import ClientFor
from tests.plugins.requested_work import finish_work

Tables = Callable[..., list[dict[str, Any]]]
ACTION = "/cmms/api/v1/record-errors/actions/correct"
ROW = "SELECT * FROM sync_record_errors WHERE id = %s"


@pytest.fixture
def reject(tables: Tables, airflow_app: Any) -> Iterator[dict[str, Any]]:
    """An open rejected reading; afterwards it is as it was."""
    row = tables("SELECT * FROM sync_record_errors WHERE code = 'NOT_NUMERIC' AND stream = 'running_time' AND open_flag = 1"
                 " ORDER BY id DESC LIMIT 1")[0]  # fmt: skip
    yield row
    kept = (
        "status",
        "record_key",
        "equipment_number",
        "reading_date",
        "edited_payload",
        "resolved_by",
        "resolved_at",
        "note",
    )
    changes = ", ".join(f"{name} = %s" for name in kept)
    tables(f"UPDATE sync_record_errors SET {changes} WHERE id = %s", *(row[name] for name in kept), row["id"])


def _correct(client: Any, row: dict[str, Any], changes: dict[str, Any], version: int = 0, **values: Any) -> Any:
    record = {**json.loads(row["payload"]), **changes}
    filled = {"edited": json.dumps(record), "replay_now": False, **values}
    return client.post(ACTION, json={"keys": [row["id"]], "version": version or row["row_version"], "values": filled})


def _other(tables: Tables, row: dict[str, Any]) -> dict[str, Any]:
    """Another machine, with a reading of the same day."""
    return tables(
        "SELECT e.equipment_number, t.* FROM equipment_running_times t JOIN equipment e ON e.id = t.equipment_id"
        " WHERE t.date = %s AND e.equipment_number <> %s AND t.point IS NOT NULL ORDER BY t.id LIMIT 1",
        row["reading_date"], row["equipment_number"],
    )[0]  # fmt: skip


@pytest.mark.feature("DLQ-03", "DLQ-04")
def test_another_machine_or_plant_has_to_be_confirmed_and_is_named_by_reject_and_audit(
    client_for: ClientFor, tables: Tables, reject: dict[str, Any]
) -> None:
    op, other = client_for("op"), _other(tables, reject)["equipment_number"]
    old, day = reject["equipment_number"], reject["reading_date"]
    plant = json.loads(reject["payload"])["SWERK"]
    for changes, said in (
        ({"EQUNR": other}, f"machine {other} (was {old})"),
        ({"equipment_number": other}, f"machine {other} (was {old})"),  # a name that comes before the other one
        ({"EQUNR": None}, f"machine ? (was {old})"),
        ({"SWERK": "P00X"}, f"plant P00X (was {plant})"),
    ):
        answer = _correct(op, reject, changes)
        assert (answer.status_code, answer.json()["fields"]) == (422, {"other_key": f"confirm: {said}"})
        assert said in answer.json()["detail"]
    assert tables(ROW, reject["id"])[0] == reject  # nothing was changed
    done = _correct(op, reject, {"EQUNR": other}, other_key=True)
    assert done.status_code == 200 and f"machine {other} (was {old})" in done.json()["message"]
    row = tables(ROW, reject["id"])[0]
    named = {"equipment_number": other, "record_key": f"{other}|{day}"}
    assert {name: row[name] for name in named} == named
    assert (row["payload"], row["reading_date"]) == (reject["payload"], day)
    audited = tables("SELECT * FROM audit_log WHERE entity = 'sync_record_errors' AND entity_id = %s ORDER BY id DESC LIMIT 1",
                     str(reject["id"]))[0]  # fmt: skip
    before, after = json.loads(audited["before_json"]), json.loads(audited["after_json"])
    assert (before["equipment_number"], before["record_key"]) == (old, f"{old}|{day}")
    assert {name: after[name] for name in named} == named
    back = _correct(op, reject, {}, version=row["row_version"])
    assert back.status_code == 422  # the way back is another machine too
    assert _correct(op, reject, {}, version=row["row_version"], other_key=True).status_code == 200
    assert tables(ROW, reject["id"])[0]["equipment_number"] == old


@pytest.mark.feature("DLQ-03")
def test_the_day_stays_that_which_was_asked_for(client_for: ClientFor, tables: Tables, reject: dict[str, Any]) -> None:
    op, day = client_for("op"), reject["reading_date"]
    for wrong in (day + timedelta(days=1), day - timedelta(days=400)):
        answer = _correct(op, reject, {"DATE": wrong.isoformat()}, other_key=True)
        assert answer.status_code == 422 and f"must be {day}" in answer.json()["fields"]["edited"]
    assert tables(ROW, reject["id"])[0] == reject
    assert _correct(op, reject, {"DATE": f"{day:%Y%m%d}"}).status_code == 200  # the same day, written otherwise
    row = tables(ROW, reject["id"])[0]
    assert (row["record_key"], row["reading_date"]) == (reject["record_key"], day)


@pytest.mark.feature("DLQ-02", "DLQ-03")
def test_a_replay_that_a_newer_record_supersedes_is_not_said_to_be_stored(
    client_for: ClientFor, tables: Tables, reject: dict[str, Any]
) -> None:
    other = _other(tables, reject)
    record = {
        "EQUNR": other["equipment_number"], "RECDV": "1.00", "CNTRR": str(other["cumulative_hours"]),
        "POINT": other["point"], "CREATED_AT": f"{other['date']}T00:00:01Z", "DATE_TIME": f"{other['date']}T00:00:01Z",
    }  # fmt: skip
    finish_work(_correct(client_for("op"), reject, record, other_key=True, replay_now=True))
    replayed = read_replayed([reject["id"]])
    assert "1 record was superseded by newer records and not stored." in describe_end(replayed)
    row = tables(ROW, reject["id"])[0]
    assert (row["status"], row["code"]) == ("resolved", reject["code"])
    assert (
        row["note"].startswith("superseded by a newer record")
        and f"stored by run {other['sync_log_id']}" in row["note"]
    )
    assert list(describe_replayed(replayed)) == [f"= {row['record_key']}: {row['note']}"]
    unchanged = tables("SELECT * FROM equipment_running_times WHERE id = %s", other["id"])[0]
    assert unchanged["running_hours"] == other["running_hours"]


@pytest.mark.feature("DLQ-03", "UIF-07")
def test_a_correction_that_breaks_a_rule_is_answered_at_once_and_starts_nothing(
    client_for: ClientFor, tables: Tables, reject: dict[str, Any]
) -> None:
    from cmms.sync.replay_rejects import replay_rejects

    runs = "SELECT COUNT(*) AS n FROM audit_log WHERE entity = 'dag_run'"
    before, attempts = tables(runs)[0]["n"], reject["attempts"]
    answer = _correct(client_for("op"), reject, {"RECDV": "-4.5"}, replay_now=True)
    assert (answer.status_code, answer.json()["level"]) == (200, "error"), answer.text
    row = tables(ROW, reject["id"])[0]
    assert (row["code"], row["rule"], row["field"], row["status"]) == (
        "NEGATIVE_HOURS", "VAL-03", "running_hours", reject["status"],
    )  # fmt: skip
    assert (row["category"], row["attempts"]) == ("validation", attempts + 1)
    assert answer.json()["details"] == [f"✕ {row['record_key']}: Negative hours: {row['message']}"]
    assert tables(runs)[0]["n"] == before
    replay_rejects(ids=[reject["id"]], user="test")  # the whole way says the same
    again = tables(ROW, reject["id"])[0]
    said = ("code", "rule", "field", "message", "category", "record_key", "status")
    assert {name: again[name] for name in said} == {name: row[name] for name in said}


@pytest.mark.feature("DLQ-03")
@pytest.mark.parametrize(
    ("record", "found"),
    [({"EQUNR": " 0007 ", "SWERK": "P1", "DATE": "20260131"}, ("0007", "P1", "2026-01-31")),
     ({"EQUNR": 7, "DATE": "2026-01-31T00:00:00"}, ("7", "", "2026-01-31")),
     ({"EQUNR": "7", "equipment_number": None, "DATE": "2026-13-31"}, ("", "", "2026-13-31")),
     ({"EQUNR": ["7"], "DATE": {"a": 1}}, ("", "", "")), (["no object"], ("", "", ""))],
)  # fmt: skip
def test_a_record_is_identified_as_the_engine_reads_it(record: Any, found: tuple[str, str, str]) -> None:
    assert identify_record(json.dumps(record), "running_time", Settings()) == Identity(*found)


@pytest.mark.feature("DLQ-03")
def test_a_record_that_names_nothing_yet_may_be_completed_without_confirming() -> None:
    assert Identity("A", "P1", "2026-01-31").differences(Identity("", "", "")) == ()
    assert Identity("B", "P1", "").differences(Identity("A", "P1", "")) == ("machine B (was A)",)


@pytest.mark.feature("DLQ-03")
def test_names_within_objects_and_capital_plants_are_read_as_the_settings_say() -> None:
    raw = Settings().model_dump()
    raw["streams"]["equipment"]["fields"]["equipment_number"] = ["equipment.number"]
    raw["rules"]["plant_code_case"] = "upper"
    record = json.dumps({"equipment": {"number": "9"}, "SWERK": "p1"})
    assert identify_record(record, "equipment", Settings.model_validate(raw)) == Identity("9", "P1", "")
