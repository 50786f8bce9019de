"""Invariant 11 and the life of master data: the source owns its fields, people own theirs."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from cmms.sync.records import Scope
from cmms.sync.run_sync import run_sync
from tests.sync.records import ABSENT, machine, reading
from tests.sync.site import DAY, RUN_DATE, Site


def state(site: Site, number: str = "A") -> dict[str, Any]:
    """One machine's row with the name of its group."""
    return site.query(
        "SELECT e.*, g.name AS group_name FROM equipment e LEFT JOIN equipment_groups g ON g.id = e.equipment_group_id"
        " WHERE e.equipment_number = %s",
        number,
    )[0]


@pytest.mark.feature("SYNC-05", "SYNC-09", "RES-06", "Q-04")
def test_what_people_set_survives_every_sync_and_what_the_source_says_is_followed(site: Site) -> None:
    site.sync_equipment([machine("A", EQKTU="OLD NAME")])
    site.execute("INSERT INTO equipment_groups (name) VALUES ('By hand'), ('Pumps')")
    site.execute(
        "INSERT INTO equipment_group_rules (equipment_group_id, priority, field, pattern)"
        " SELECT id, 10, 'equipment_description', 'NAME' FROM equipment_groups WHERE name = 'Pumps'"
    )
    site.execute(
        "UPDATE equipment SET is_active = 0, inactive_reason = 'sold', group_source = 'manual',"
        " equipment_group_id = (SELECT id FROM equipment_groups WHERE name = 'By hand')"
    )
    before = state(site)
    assert site.sync_equipment().counts.unchanged == 1
    assert state(site) == before
    site.sync_equipment([machine("A", EQKTU="NEW NAME", CREATED_AT="2026-02-01")])
    row = state(site)
    assert (row["equipment_description"], row["is_active"], row["inactive_reason"]) == ("NEW NAME", 0, "sold")
    assert (row["group_name"], row["group_source"]) == ("By hand", "manual")
    assert row["row_version"] == before["row_version"] + 1
    assert row["updated_at"] > before["updated_at"]
    assert row["created_at"] == before["created_at"]
    revisions = site.query("SELECT before_json, changed_by FROM equipment_revisions")
    assert [("OLD NAME" in row["before_json"], row["changed_by"]) for row in revisions] == [(True, "equipment sync")]


@pytest.mark.feature("SYNC-09", "Q-04")
def test_the_first_matching_rule_gives_the_group_and_no_match_gives_none(site: Site) -> None:
    site.execute("INSERT INTO equipment_groups (name) VALUES ('Pumps'), ('Plant two'), ('Unused')")
    for priority, field, pattern, group in (
        (20, "plant_code", "^P002$", "Plant two"),
        (10, "equipment_description", "(?i)ump$", "Pumps"),  # searched for, not only at the beginning
        (5, "equipment_number", "^Z", "Unused"),
    ):
        site.execute(
            "INSERT INTO equipment_group_rules (equipment_group_id, priority, field, pattern)"
            " SELECT id, %s, %s, %s FROM equipment_groups WHERE name = %s",
            values=(priority, field, pattern, group),
        )
    site.execute(
        "INSERT INTO equipment_group_rules (equipment_group_id, priority, field, pattern, is_active)"
        " SELECT id, 1, 'equipment_number', '.', 0 FROM equipment_groups WHERE name = 'Unused'"
    )
    site.sync_equipment(
        [
            machine("A", SWERK="P002"),
            machine("B", SWERK="P002", EQKTU="FAN"),
            machine("C", EQKTU=None),
            machine("D", EQKTU="FAN"),
        ]
    )
    assert [state(site, number)["group_name"] for number in "ABCD"] == ["Pumps", "Plant two", None, None]
    site.execute("DELETE FROM equipment_group_rules")
    assert site.sync_equipment().counts.updated == 2
    assert [state(site, number)["group_name"] for number in "ABCD"] == [None] * 4


@pytest.mark.feature("SYNC-09")
def test_a_group_field_of_the_source_wins_over_rules_and_makes_new_groups(site: Site) -> None:
    fields = {"streams": {"equipment": {"fields": {"equipment_group": "GROUP"}}}}
    records = [
        machine("A", GROUP="Fans"),
        machine("B", GROUP="Fans"),
        machine("C", GROUP=" "),
        machine("D", GROUP="fans"),
    ]
    site.sync_equipment(records, **fields)
    assert [(state(site, n)["group_name"], state(site, n)["group_source"]) for n in "ABCD"] == [
        ("Fans", "source"), ("Fans", "source"), (None, "source"), ("fans", "source"),
    ]  # fmt: skip
    assert site.sync_equipment(**fields).counts.unchanged == 4


@pytest.mark.feature("SYNC-12", "TAB-03W", "Q-05")
def test_a_machine_that_the_source_stops_naming_is_marked_missing_never_deactivated(site: Site) -> None:
    everyone = [machine(number) for number in "ABCD"]
    site.sync_equipment(everyone)
    site.sync_equipment(everyone[:3], run_date=date(2026, 2, 2))
    site.sync_equipment(everyone[:3], run_date=date(2026, 2, 3))
    row = state(site, "D")
    assert (row["missing_since"], row["is_active"]) == (date(2026, 2, 2), 1)
    site.sync_equipment([*everyone[:2], machine("C", BUKRS=5)], run_date=date(2026, 2, 4))  # rejected, but there
    assert state(site, "C")["missing_since"] is None
    site.sync_equipment(everyone[:3], run_date=date(2026, 2, 5), scope=Scope("equipment", equipment_numbers=("A",)))
    assert state(site, "B")["missing_since"] is None  # not asked for is not missing
    site.sync_equipment(everyone, run_date=date(2026, 2, 6))
    assert state(site, "D")["missing_since"] is None


@pytest.mark.feature("SYNC-12")
def test_a_missing_machine_whose_record_is_rejected_has_come_back(site: Site) -> None:
    site.sync_equipment([machine("A"), machine("B")])
    site.sync_equipment([machine("A")])
    assert state(site, "B")["missing_since"] == RUN_DATE
    site.sync_equipment([machine("A"), machine("B", BUKRS=5)])
    assert state(site, "B")["missing_since"] is None


@pytest.mark.feature("SYNC-12")
def test_a_record_rejected_in_an_earlier_run_does_not_stand_for_a_machine_that_is_missing_now(site: Site) -> None:
    everyone = [machine("A"), machine("B")]
    site.sync_equipment(everyone)
    site.sync_equipment([machine("A"), machine("B", BUKRS=5)], run_date=date(2026, 2, 2))
    site.sync_equipment(everyone[:1], run_date=date(2026, 2, 3))
    missing = state(site, "B")
    assert (missing["missing_since"], missing["row_version"]) == (date(2026, 2, 3), 2)
    site.sync_equipment(everyone[:1], run_date=date(2026, 2, 4))
    assert state(site, "B") == missing
    site.sync_equipment(everyone, run_date=date(2026, 2, 5))
    assert (state(site, "B")["missing_since"], state(site, "B")["row_version"]) == (None, 3)


@pytest.mark.feature("SYNC-08", "VAL-02")
@pytest.mark.parametrize("policy", ["reject", "create"])
def test_an_unknown_plant_is_rejected_or_created_as_configured(site: Site, policy: str) -> None:
    summary = site.sync_equipment([machine("A"), machine("B", SWERK="P777")], rules={"unknown_plant": policy})
    plants = [row["plant_code"] for row in site.query("SELECT plant_code FROM plants WHERE plant_code = 'P777'")]
    if policy == "reject":
        assert (dict(summary.rejects_by_code), plants) == ({"PLANT_UNKNOWN": 1}, [])
    else:
        assert (summary.counts.inserted, plants) == (2, ["P777"])
        assert site.sync_equipment(rules={"unknown_plant": policy}).counts.unchanged == 2


@pytest.mark.feature("SYNC-08")
def test_only_records_that_are_right_otherwise_create_their_plant(site: Site) -> None:
    wrong = [machine("A" * 51, SWERK="P8"), machine("B", SWERK="P9", BUKRS=1), machine("C", SWERK="P" * 11)]
    summary = site.sync_equipment([machine("D"), *wrong], rules={"unknown_plant": "create"})
    assert site.value("SELECT COUNT(*) FROM plants") == 3
    assert (summary.status, summary.counts.inserted, summary.counts.rejected) == ("partial", 1, 3)


@pytest.mark.feature("RT-10", "ACT-05", "ACT-06")
def test_a_sync_of_some_machines_or_plants_touches_only_those(site: Site) -> None:
    site.sync_equipment([machine("A"), machine("B"), machine("C", SWERK="P002")])
    site.serve("running_time", DAY, [reading("A"), reading("B"), reading("C", SWERK="P002"), reading("GHOST")])

    def stored(**scope: Any) -> list[str]:
        summary = run_sync(Scope("running_time", DAY, DAY, **scope), run_date=RUN_DATE, settings=site.settings())
        assert summary.status == "success"
        rows = site.query(
            "SELECT e.equipment_number FROM equipment_running_times t JOIN equipment e ON e.id = t.equipment_id ORDER BY 1"
        )
        return [row["equipment_number"] for row in rows]

    assert stored(equipment_numbers=("A",)) == ["A"]
    assert stored(plant_codes=("P002",)) == ["A", "C"]
    before = site.dump()
    assert stored(equipment_numbers=("A", "NOT THERE")) == ["A", "C"]
    assert site.dump() == before


@pytest.mark.feature("RT-10", "VAL-12")
def test_a_sync_of_some_machines_may_lack_what_others_have(site: Site) -> None:
    site.sync_equipment([machine("A", POINT="7"), machine("B", POINT="8")])
    without = [machine(number, POINT=ABSENT, CREATED_AT="2026-02-01") for number in "AB"]
    chosen = Scope("equipment", equipment_numbers=("A",))
    assert site.sync_equipment(without, scope=chosen).status == "success"
    assert (state(site, "A")["point"], state(site, "B")["point"]) == (None, "8")
    assert site.sync_equipment([], scope=chosen).status == "success"  # nor need there be any of them


@pytest.mark.feature("VAL-01", "MAP-02")
def test_numbers_that_differ_by_zeros_case_or_form_of_an_accent_are_different_machines(site: Site) -> None:
    numbers = [
        "000123",
        "123",
        "0123",
        "abc",
        "ABC",
        "caf\u00e9",
        "cafe\u0301",
        "a b",
        "a  b",
        "ß",
        "ss",
        "K",
        "\u212a",
    ]
    site.sync_equipment([machine(number) for number in numbers])
    summary = site.sync_day(DAY, [reading(number, hours=str(index)) for index, number in enumerate(numbers)])
    assert summary.counts.inserted == len(numbers)
    rows = site.query(
        "SELECT e.equipment_number, t.running_hours FROM equipment e JOIN equipment_running_times t ON t.equipment_id = e.id"
    )
    assert {row["equipment_number"]: int(row["running_hours"]) for row in rows} == {
        number: index for index, number in enumerate(numbers)
    }


@pytest.mark.feature("RT-05", "SVC-07", "DOM-05")
def test_a_correction_of_the_past_keeps_a_revision_and_marks_the_next_day(site: Site) -> None:
    first, second = date(2026, 1, 30), DAY
    site.sync_equipment([machine("A")])
    site.sync_day(first, [reading("A", first, counter="100")])
    site.sync_day(second, [reading("A", second, counter="108")])
    corrected = reading("A", first, counter="103.500", hours="8.250", CREATED_AT="2026-02-01T10:00:00Z")
    summary = site.sync_day(first, [corrected])
    assert (summary.status, summary.counts.updated, summary.counts.rejected) == ("success", 1, 0)
    days = site.query("SELECT * FROM equipment_running_times ORDER BY date")
    assert days[1]["updated_at"] > days[1]["created_at"]  # who asks for what has changed finds the mark too
    assert [(row["date"], str(row["cumulative_hours"]), row["quality_code"]) for row in days] == [
        (first, "103.500", None),
        (second, "108.000", "HOURS_MISMATCH"),
    ]
    (revision,) = site.query("SELECT * FROM equipment_running_time_revisions")
    assert (revision["date"], revision["sync_log_id"]) == (first, summary.sync_log_id)
    assert '"100.000"' in revision["before_json"] and '"8.000"' in revision["before_json"]
    assert site.value("SELECT COUNT(*) FROM sync_record_errors") == 0


@pytest.mark.feature("RT-05", "SVC-07")
def test_a_mark_that_changes_with_the_rules_is_no_correction_of_the_reading(site: Site) -> None:
    site.sync_equipment([machine("A"), machine("B")])
    site.sync_day(date(2026, 1, 30), [reading("A", date(2026, 1, 30), counter="100")])
    site.sync_day(DAY, [reading("A", counter="109"), reading("B")])
    corrected = [reading("A", counter="109"), reading("B", hours="7")]
    summary = site.sync_day(DAY, corrected, rules={"hours_mismatch_tolerance": 2})
    assert (summary.status, summary.counts.updated) == ("success", 1)
    assert site.value("SELECT COUNT(*) FROM equipment_running_times WHERE quality <> 'ok'") == 0
    revised = (
        "SELECT e.equipment_number FROM equipment_running_time_revisions r JOIN equipment e ON e.id = r.equipment_id"
    )
    assert site.value(revised) == "B"


@pytest.mark.feature("SYNC-09")
@pytest.mark.parametrize("pattern", ["(a|aa)+$", "(*"])
def test_a_rule_that_cannot_be_used_stops_no_sync_and_moves_no_machine(
    site: Site, monkeypatch: pytest.MonkeyPatch, pattern: str
) -> None:
    monkeypatch.setattr("cmms.sync.merge.classify_groups.RULE_SECONDS", 0.1)
    site.execute("INSERT INTO equipment_groups (name) VALUES ('First'), ('Second')")
    rule = "INSERT INTO equipment_group_rules (equipment_group_id, priority, field, pattern) VALUES (%s, %s, %s, %s)"
    site.execute(rule, values=(1, 10, "equipment_number", "^A"))
    hard = "a" * 60 + "!"
    assert site.sync_equipment([machine("A", EQKTU=hard), machine("B", EQKTU=hard)]).status == "success"
    site.execute(rule, values=(2, 5, "equipment_description", pattern))
    site.execute(rule, values=(2, 20, "equipment_number", "^B"))
    assert site.sync_equipment([machine(number, EQKTU=hard, POINT="7") for number in "ABC"]).status == "success"
    assert [state(site, number)["group_name"] for number in "ABC"] == ["First", None, None]
    assert site.value("SELECT message FROM sync_log_events WHERE message LIKE '%%takes too long%%'")
