"""A source that says that more exists than came: nothing is called missing or resolved, and the run is no success."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cmms.alerts.evaluate_run import ANSWER_INCOMPLETE, evaluate_run
from cmms.alerts.records import OpenAlert, RunHistory
from cmms.operations.verify.verify_tables import verify_tables
from cmms.simulator import SimulatorConfig
from cmms.sync.records import RunSummary
from tests.sync.conftest import connection_uri
from tests.sync.records import machine, reading
from tests.sync.site import DAY, Site
from tests.unit.source.scripted_source import Scripted, scripted

NONE = {"style": "none"}


@pytest.fixture
def sync_answer(site: Site, migrated: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Callable[..., RunSummary]:
    """Sync machines (or, with a day, readings) from a source that answers with these bodies."""

    def sync(*answers: Any, days: int = 0, **changes: Any) -> RunSummary:
        with scripted(*answers) as source:
            monkeypatch.setenv(
                "AIRFLOW_CONN_CMMS_API", json.dumps({"conn_type": "http", "host": source.base_url, "password": "x"})
            )
            monkeypatch.setenv("AIRFLOW_CONN_CMMS_MYSQL", connection_uri(migrated))
            api = {"pagination": NONE, **changes.pop("api", {})}
            if days:
                return site.sync_days(DAY - timedelta(days=days - 1), DAY, api=api, **changes)
            return site.sync_equipment(api=api, **changes)

    return sync


def body(records: list[str], **beside: Any) -> bytes:
    text = json.dumps({"data": [], **beside})
    return text.replace('"data": []', f'"data": [{", ".join(records)}]').encode()


MACHINES = [machine(number) for number in ("10", "11", "12")]


def missing(site: Site) -> list[str]:
    return [
        row["n"]
        for row in site.query("SELECT equipment_number n FROM equipment WHERE missing_since IS NOT NULL ORDER BY 1")
    ]


@pytest.mark.feature("SRC-01")
def test_a_warned_snapshot_marks_nobody_as_missing_ends_partial_and_raises_an_alert_until_it_is_complete(
    site: Site, sync_answer: Callable[..., RunSummary]
) -> None:
    assert sync_answer(body(MACHINES)).status == "success"
    summary = sync_answer(body(MACHINES[:2], hasMore=True))
    assert (summary.status, summary.level, len(summary.doubts)) == ("partial", "high", 1)
    assert summary.counts.fetched == 2 and missing(site) == []
    assert "hasMore" in summary.doubts[0]
    assert site.value("SELECT COUNT(*) FROM sync_log_events WHERE code = 'ANSWER_INCOMPLETE'") == 1
    [alert] = [
        one for one in evaluate_run(summary, site.settings(), RunHistory(())) if one.rule_key == ANSWER_INCOMPLETE
    ]
    assert "hasMore" in dict(alert.facts)["Reason"]

    whole = sync_answer(body(MACHINES[:2], hasMore=False))
    assert (whole.status, whole.doubts, missing(site)) == ("success", (), ["12"])
    still = OpenAlert(ANSWER_INCOMPLETE, alert.fingerprint, alert.title, "high", alert.at)
    [ended] = evaluate_run(whole, site.settings(), RunHistory((), (still,)))
    assert (ended.rule_key, ended.transition) == (ANSWER_INCOMPLETE, "resolved")


@pytest.mark.feature("SRC-01")
def test_a_strict_site_merges_nothing_of_it(site: Site, sync_answer: Callable[..., RunSummary]) -> None:
    summary = sync_answer(body(MACHINES[:2], hasMore=True), api={"strict": True})
    assert (summary.status, summary.error_class) == ("failed", "AnswerIncomplete")
    assert "has_more_path: hasMore" in str(summary.error_message)
    assert site.value("SELECT COUNT(*) FROM equipment") == 0


@pytest.mark.feature("SRC-01")
@pytest.mark.parametrize("key", ["meta\\ud800", "links"])
@pytest.mark.parametrize("is_strict", [True, False])
def test_a_run_is_closed_whatever_characters_a_hint_is_made_of(
    site: Site, sync_answer: Callable[..., RunSummary], key: str, is_strict: bool
) -> None:
    whole = body(MACHINES)
    hint = whole[:-1] + f', "{key}": {{"next": {{"url\\udfff": "/x"}}}}}}'.encode()
    summary = sync_answer(hint, api={"strict": is_strict})
    assert summary.status == ("failed" if is_strict else "partial")
    [sentence] = [summary.error_message] if is_strict else summary.doubts
    assert "promises a next page" in str(sentence) and "\\ud" in str(sentence)
    assert sync_answer(whole).status == "success"


def open_rejects(site: Site) -> int:
    return int(site.value("SELECT COUNT(*) FROM sync_record_errors WHERE status = 'open'"))


BAD = reading("10", RECDV="many")


@pytest.mark.feature("SRC-01")
@pytest.mark.parametrize(
    ("answer", "resolved"),
    [
        (body([], hasMore=True), False),
        (body([reading("11")], count=5), False),
        (body([]), False),
        (b'{"data": null}', False),
        (Scripted(status=204), False),
        (body([], meta={"total": 0}), True),
        (Scripted(status=204, headers={"X-Total-Count": "0"}), True),
        (body([reading("11")]), True),
    ],
    ids=str,
)
def test_rejects_are_resolved_only_by_an_answer_that_covers_their_day(
    site: Site, sync_answer: Callable[..., RunSummary], answer: Any, resolved: bool
) -> None:
    assert sync_answer(body(MACHINES)).status == "success"
    sync_answer(body([BAD, reading("11")]), days=1)
    assert open_rejects(site) == 1
    assert sync_answer(answer, days=1, api={"allow_empty": True}).status in ("success", "partial")
    assert open_rejects(site) == (0 if resolved else 1)


@pytest.mark.feature("SRC-01")
@pytest.mark.parametrize(
    "records",
    [
        [reading("11", DAY + timedelta(days=1)), reading("12", DAY + timedelta(days=1))],  # it ignores the date
        [reading("12", hours="x")],  # nothing but rejects: the input as a whole is wrong
    ],
    ids=["another day", "rejects"],
)
def test_an_answer_without_a_right_record_of_the_day_resolves_none_of_its_rejects(
    site: Site, sync_answer: Callable[..., RunSummary], records: list[str]
) -> None:
    assert sync_answer(body(MACHINES)).status == "success"
    sync_answer(body([BAD, reading("11")]), days=1)
    assert sync_answer(body(records), days=1).status == "failed"
    machine_10 = site.value("SELECT status FROM sync_record_errors WHERE equipment_number = '10'")
    assert machine_10 == "open"


@pytest.mark.feature("SRC-01")
@pytest.mark.parametrize("mode", ["range", "everything"])
def test_an_answer_about_several_days_speaks_for_those_that_it_holds_records_of(
    site: Site, sync_answer: Callable[..., RunSummary], mode: str
) -> None:
    api: dict[str, Any] = {"allow_empty": True, "date_parameters": {"mode": mode}}
    before = DAY - timedelta(days=1)
    assert sync_answer(body(MACHINES)).status == "success"
    days = {before: "5000", DAY: "5008"}
    both = [
        reading(number, day, hours=hours, counter=days[day])
        for day in days
        for number, hours in (("10", "x"), ("11", 8))
    ]
    sync_answer(body(both), days=2, api=api)
    assert open_rejects(site) == 2
    assert sync_answer(body([reading("11", hours=8, counter="5008")]), days=2, api=api).status == "success"
    still = site.query("SELECT unit_key FROM sync_record_errors WHERE status = 'open'")
    assert [row["unit_key"] for row in still] == [before.isoformat()]
    assert sync_answer(body([], meta={"total": 0}), days=2, api=api).status == "success"
    assert open_rejects(site) == 0


@pytest.mark.feature("SRC-01")
def test_requests_per_plant_speak_for_their_plants_only(
    make_site: Callable[..., Site], migrated: dict[str, Any]
) -> None:
    config = SimulatorConfig(equipment=0, plant_filter="single", plant_required=True)
    site = make_site(migrated, config)
    machines = [machine("10", SWERK="P001"), machine("20", SWERK="P002"), machine("11", SWERK="P001")]
    per_plant = {"plant_parameter": {"mode": "per_plant"}}
    site.sync_equipment(machines, api=per_plant)
    readings = [reading(number, SWERK=plant, RECDV="many") for number, plant in (("10", "P001"), ("20", "P002"))]
    site.sync_day(DAY, [*readings, reading("11", SWERK="P001")], api=per_plant)
    assert open_rejects(site) == 2
    site.execute("UPDATE plants SET is_active = 0 WHERE plant_code = 'P002'")
    loose = {"max_shrink_percent": 100}
    site.sync_equipment(machines[2:], api={**per_plant, "allow_empty": True}, rules=loose)
    assert missing(site) == ["10"]
    site.sync_day(DAY, [reading("11", SWERK="P001")], api={**per_plant, "allow_empty": True})
    assert [
        row["n"] for row in site.query("SELECT equipment_number n FROM sync_record_errors WHERE status = 'open'")
    ] == ["20"]


@pytest.mark.feature("SRC-01")
def test_an_answer_about_another_plant_than_asked_for_speaks_for_nothing(
    site: Site, sync_answer: Callable[..., RunSummary]
) -> None:
    per_plant = {"plant_parameter": {"mode": "per_plant"}, "parallel_requests": 1, "allow_empty": True}
    first, second, nothing = body([machine("10")]), body([machine("20", SWERK="P002")]), body([], meta={"total": 0})
    assert sync_answer(first, second, nothing, api=per_plant).status == "success"
    loose = {"max_shrink_percent": 100}
    sync_answer(
        second, api=per_plant, rules=loose
    )  # the source does not know the parameter: its own plant, three times
    assert missing(site) == []
    sync_answer(nothing, second, nothing, api=per_plant, rules=loose)
    assert missing(site) == ["10"]


@pytest.mark.feature("LOG-01")
def test_what_a_refused_answer_says_is_stored_with_the_call(site: Site, sync_answer: Callable[..., RunSummary]) -> None:
    summary = sync_answer(Scripted(b"<b>no such plant</b>", status=400))
    assert (summary.status, summary.error_class) == ("failed", "ApiRefused")
    assert "no such plant" not in str(summary)
    assert site.value("SELECT answer_head FROM api_call_logs") == "<b>no such plant</b>"


@pytest.mark.feature("TEST-30")
def test_verify_compares_the_tables_with_the_stored_answers_and_names_machines(
    site: Site, sync_answer: Callable[..., RunSummary], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    config = tmp_path / "cmms.yaml"
    config.write_text(f"storage: {{base_path: {site.folder / 'storage'}}}\n")
    monkeypatch.setenv("CMMS_CONFIG_FILE", str(config))
    assert sync_answer(body([*MACHINES, machine("13", SWERK="NOWHERE")])).status == "partial"
    sync_answer(body([reading("10"), reading("11"), BAD.replace('"10"', '"12"')]), days=1)
    assert verify_tables() == []
    corrected = (
        "UPDATE sync_record_errors SET edited_payload = payload, equipment_number = '11' WHERE equipment_number = "
    )
    site.execute(f"{corrected} '12'", f"{corrected} '13'")  # the source has named 12 and 13 all the same
    assert verify_tables() == []
    as_resolved = "UPDATE sync_record_errors SET status = %s, edited_payload = NULL"
    site.execute(as_resolved.replace("%s", "'resolved'"))  # then what the source has sent must be stored
    for number, unit in (("13", "equipment"), ("12", DAY.isoformat())):
        assert any(line.startswith(f"Unit {unit} ") and f"machine {number} " in line for line in verify_tables())
    site.execute(as_resolved.replace("%s", "'discarded'"))
    site.execute(f"{corrected} '11'")
    site.execute("UPDATE equipment SET missing_since = '2026-01-01' WHERE equipment_number = '10'")
    found = verify_tables()
    assert any("machine 10 is in it, but marked as missing" in sentence for sentence in found)
    site.execute("UPDATE equipment SET missing_since = NULL")
    with site.session() as connection:
        connection.query("SET foreign_key_checks = 0")
        connection.query("DELETE FROM equipment WHERE equipment_number = '12'")
        connection.query("DELETE FROM equipment_running_times WHERE sync_log_id = 2 AND id % 2 = 1")
        connection.query("DELETE FROM sync_record_errors")
        connection.query("UPDATE sync_units SET fetched = 9, unchanged = unchanged + 5 WHERE unit_key = 'equipment'")
    found = verify_tables()
    for number, unit in (("12", "equipment"), ("13", "equipment"), ("12", DAY.isoformat()), ("10", DAY.isoformat())):
        assert [line for line in found if line.startswith(f"Unit {unit} ") and f"machine {number} " in line], found
    assert any("holds 4 records, but 9 were counted" in sentence for sentence in found)
    next((site.folder / "storage").rglob("equipment/r0001*")).write_bytes(b"damaged")
    assert any("stored answer cannot be compared" in sentence for sentence in verify_tables())
    shutil.rmtree(site.folder / "storage")
    assert not any("has sent" in sentence for sentence in verify_tables())
    config.write_text("storage: {base_path: 'ftp://127.0.0.1:1/cmms'}\n")
    assert "The stored answers of the source cannot be compared: " in verify_tables()[-1]
