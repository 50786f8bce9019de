"""What lists show equals what is in the tables: tabs, filters, search, order, pages, exports."""

from __future__ import annotations

import csv
import dataclasses
import html
import io
import itertools
import json
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.plugins.conftest import ClientFor
from tests.plugins.view_site import NASTY

Tables = Callable[..., list[dict[str, Any]]]
API = "/cmms/api/v1"
COUNTER = (
    "(SELECT r.cumulative_hours FROM equipment_running_times r WHERE r.equipment_id = e.id ORDER BY date DESC LIMIT 1)"
)

TABS = {
    "all": ("TAB-01F", "1 = 1"),
    "active": ("TAB-02F", "e.is_active = 1"),
    "inactive": ("TAB-03F", "e.is_active = 0"),
    "needs_maintenance": (
        "TAB-04F",  # from plans, baselines and readings: what an evaluation has written of it is not asked
        "e.is_active = 1 AND EXISTS (SELECT 1 FROM maintenance_plans p JOIN equipment_maintenance m ON m.plan_id = p.id"
        " WHERE m.equipment_id = e.id AND p.is_active = 1 AND (p.scope = 'all' OR m.assigned_by = 'person'"
        " OR (p.scope = 'group' AND p.equipment_group_id = e.equipment_group_id)"
        " OR (p.scope = 'plant' AND p.plant_id = e.plant_id))"
        f" AND ({COUNTER} >= IF(p.schedule_mode = 'fixed', FLOOR(m.baseline_hours / p.interval_hours) * p.interval_hours,"
        " m.baseline_hours) + p.interval_hours"
        " OR COALESCE(m.first_due_date, m.baseline_date + INTERVAL p.interval_days DAY) <= UTC_DATE()))",
    ),
    "recent": ("TAB-05F", "e.created_at >= UTC_TIMESTAMP(3) - INTERVAL 7 DAY"),
    "sync_errors": (
        "TAB-06F",
        "e.equipment_number IN (SELECT equipment_number FROM sync_record_errors WHERE status NOT IN ('resolved', 'discarded'))",
    ),
}


def _all(client: Any, query: str, name: str = "equipment") -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    while True:
        page = client.get(f"{API}/{name}?{query}&limit=200&offset={len(rows)}").json()
        rows += page["rows"]
        if len(rows) >= page["total"]:
            assert len(rows) == page["total"]
            return rows


@pytest.mark.parametrize(
    "tab", [pytest.param(tab, marks=pytest.mark.feature(feature, "TEST-13")) for tab, (feature, _) in TABS.items()]
)
def test_a_tab_shows_the_rows_of_its_condition(client_for: ClientFor, tables: Tables, tab: str) -> None:
    shown = {row["id"] for row in _all(client_for("viewer"), f"tab={tab}")}
    stored = {row["id"] for row in tables(f"SELECT e.id FROM equipment e WHERE {TABS[tab][1]}")}
    assert shown == stored
    assert stored


@pytest.mark.feature("ADV-02", "TAB-G1")
def test_badges_count_what_the_tabs_show(client_for: ClientFor, tables: Tables) -> None:
    badges = client_for("viewer").get(f"{API}/equipment/badges").json()
    expected = {
        tab: tables(f"SELECT COUNT(*) AS n FROM equipment e WHERE {condition}")[0]["n"]
        for tab, (_, condition) in TABS.items()
    }
    assert badges == expected


@pytest.mark.feature("TBL-02", "TEST-02")
def test_rows_are_sorted_by_a_related_field_and_pages_neither_repeat_nor_miss(
    client_for: ClientFor, tables: Tables
) -> None:
    rows = _all(client_for("viewer"), "order=plant_code,-equipment_number")
    expected = tables(
        "SELECT e.id FROM equipment e JOIN plants p ON p.id = e.plant_id ORDER BY p.plant_code, e.equipment_number DESC, e.id"
    )
    assert [row["id"] for row in rows] == [row["id"] for row in expected]


def _plain(text: str) -> str:
    """Without case and accents, as a search takes it."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


@pytest.mark.feature("TBL-17", "TEST-02")
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    plants=st.lists(st.sampled_from(["P001", "P002", "P003"]), max_size=2, unique=True),
    search=st.sampled_from(["", "pump", "PUMP 1", "0000", "%", "_", "'; DROP TABLE equipment; --", "ö", "!"]),
    active=st.sampled_from(["", "true", "false"]),
    least=st.integers(0, 300),
)
def test_filters_find_what_python_finds(
    client_for: ClientFor, plants: list[str], search: str, active: str, least: int
) -> None:
    client = client_for("viewer")
    everything = _all(client, "tab=all")
    parameters = [("plant_code", plant) for plant in plants] + [("id.at_least", str(least))]
    parameters += [("q", search)] if search else []
    parameters += [("is_active", active)] if active else []

    def fits(row: dict[str, Any]) -> bool:
        texts = (row["equipment_number"], _plain(row["equipment_description"] or ""))
        return (
            (not plants or row["plant_code"] in plants)
            and row["id"] >= least
            and (not active or row["is_active"] == (active == "true"))
            and all(any(_plain(word) in text for text in texts) for word in search.split())
        )

    answer = client.get(f"{API}/equipment", params=[*parameters, ("limit", "200"), ("tab", "all")]).json()
    expected = [row["id"] for row in everything if fits(row)]
    assert answer["total"] == len(expected)
    assert [row["id"] for row in answer["rows"]] == expected[:200]


@pytest.mark.parametrize(
    "query",
    ["limit=201", "limit=0", "offset=-1", "order=nothing", "order=cumulative_hours", "tab=nothing", "nothing=1", "id.like=1",
     "id=x", "created_at=2026-02-30", "created_at=9999-12-31", "id.between=1", "id.equals=NaN", "q=" + "x" * 201, "e.id=1", "id;drop=1"],
)  # fmt: skip
@pytest.mark.feature("PERF-09")
def test_what_cannot_be_asked_is_refused_with_a_reason(client_for: ClientFor, query: str) -> None:
    answer = client_for("viewer").get(f"{API}/equipment?{query}")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["fields"]


def test_a_record_that_does_not_exist_is_not_found(client_for: ClientFor) -> None:
    assert client_for("viewer").get(f"{API}/equipment/987654321").status_code == 404
    assert client_for("viewer").get(f"{API}/equipment/0").status_code == 422
    assert client_for("viewer").get(f"{API}/equipment/{10**30}").status_code == 422


@pytest.mark.feature("RES-04", "TEST-05")
def test_a_record_equals_its_row(client_for: ClientFor, tables: Tables) -> None:
    shown = client_for("viewer").get(f"{API}/equipment/7").json()
    row = tables("SELECT * FROM equipment WHERE id = 7")[0]
    for name in ("equipment_number", "equipment_description", "object_number", "point", "company_code", "row_version"):
        assert shown[name] == row[name]
    assert shown["created_at"].endswith("Z")
    readings = tables("SELECT date, cumulative_hours FROM equipment_running_times WHERE equipment_id = 7 ORDER BY date")
    assert shown["cumulative_hours"] == str(readings[-1]["cumulative_hours"])  # exact: a decimal as text
    listed = client_for("viewer").get(f"{API}/equipment/7/running-times").json()
    assert [row["date"] for row in listed] == [str(row["date"]) for row in readings]


@pytest.mark.feature("DAT-06", "TEST-10")
@pytest.mark.parametrize(
    ("name", "query", "children"),
    [
        ("equipment", "plant_code=P002",
         "SELECT e.id FROM equipment e JOIN plants p ON p.id = e.plant_id WHERE p.plant_code = 'P002'"),
        ("equipment", "group_name=Pumps",
         "SELECT e.id FROM equipment e JOIN equipment_groups g ON g.id = e.equipment_group_id WHERE g.name = 'Pumps'"),
        ("running-times", "equipment_id=7", "SELECT id FROM equipment_running_times WHERE equipment_id = 7"),
        ("running-times", "plant_code=P002",
         "SELECT r.id FROM equipment_running_times r JOIN plants p ON p.id = r.plant_id WHERE p.plant_code = 'P002'"),
    ],
    ids=["machines of a plant", "machines of a group", "readings of a machine", "readings of a plant"],
)  # fmt: skip
def test_what_belongs_to_a_parent_is_listed_page_by_page_with_its_number(
    client_for: ClientFor, tables: Tables, name: str, query: str, children: str
) -> None:
    stored = sorted(row["id"] for row in tables(children))
    assert stored
    assert sorted(row["id"] for row in _all(client_for("viewer"), f"tab=all&{query}", name)) == stored
    assert client_for("viewer").get(f"{API}/{name}?tab=all&{query}&limit=1").json()["total"] == len(stored)


@pytest.mark.feature("MAP-02")
def test_a_number_is_found_with_and_without_its_zeros_and_shown_as_the_source_writes_it(client_for: ClientFor) -> None:
    client = client_for("viewer")
    number = client.get(f"{API}/equipment/7").json()["equipment_number"]
    assert number.startswith("0000")
    for asked in (number, number.lstrip("0")):
        found = client.get(f"{API}/equipment", params={"tab": "all", "q": asked}).json()["rows"]
        assert number in [row["equipment_number"] for row in found], asked


@pytest.mark.feature("ERR-02")
def test_an_alert_that_nobody_took_in_its_time_is_overdue(client_for: ClientFor, tables: Tables) -> None:
    for fingerprint, status, minutes in (("o1", "firing", -1), ("o2", "firing", 60), ("o3", "acknowledged", -1)):
        tables(
            "INSERT INTO alert_events (fingerprint, rule_key, level, title, status, respond_by, first_at, last_at) VALUES"
            " (%s, 'records_failed', 'high', %s, %s, UTC_TIMESTAMP(3) + INTERVAL %s MINUTE, UTC_TIMESTAMP(3),"
            " UTC_TIMESTAMP(3))",
            *(fingerprint, fingerprint, status, minutes),
        )
    try:
        client = client_for("viewer")
        rows = _all(client, "tab=all&q=o", "notifications")
        flags = {row["title"]: row["overdue"] for row in rows if row["title"] in ("o1", "o2", "o3")}
        assert flags == {"o1": True, "o2": False, "o3": False}
        assert client.get(f"{API}/notifications/chips?tab=open").json() == {"overdue": 1}
        late = client.get(f"{API}/notifications?tab=open&chip=overdue").json()["rows"]
        assert [row["title"] for row in late] == ["o1"]
    finally:
        tables("DELETE FROM alert_events WHERE fingerprint IN ('o1', 'o2', 'o3')")


@pytest.mark.feature("TBL-13", "TAB-01A")
def test_an_export_holds_all_rows_and_no_formula(client_for: ClientFor, tables: Tables) -> None:
    client = client_for("viewer")
    total = tables("SELECT COUNT(*) AS n FROM equipment")[0]["n"]
    answer = client.get(f"{API}/equipment/export?format=csv&tab=all")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == total
    notes = {row["Notes"] for row in rows}
    assert "'=1+1" in notes and NASTY in notes
    assert 'filename="equipment-' in answer.headers["content-disposition"]
    listed = json.loads(client.get(f"{API}/equipment/export?format=json&tab=inactive").content)
    assert len(listed) == tables("SELECT COUNT(*) AS n FROM equipment WHERE is_active = 0")[0]["n"]
    book = zipfile.ZipFile(io.BytesIO(client.get(f"{API}/equipment/export?format=xlsx").content))
    sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    cells = [cell for row in sheet.iter(f"{space}row") for cell in row]
    assert not list(sheet.iter(f"{space}f"))  # no formula
    assert sum(1 for cell in cells if cell.get("t") is None and cell.find(f"{space}v") is not None) > total  # numbers


@pytest.mark.parametrize("asked", ["q=pump", "q=PUMP", "equipment_description.contains=pUmP", "q=forderband"])
def test_a_search_does_not_mind_case_or_accents(client_for: ClientFor, tables: Tables, asked: str) -> None:
    word = "FÖRDERBAND" if "forder" in asked else "PUMP"
    expected = tables("SELECT COUNT(*) AS n FROM equipment WHERE equipment_description LIKE %s", f"%{word}%")[0]["n"]
    assert expected > 5
    assert client_for("viewer").get(f"{API}/equipment?{asked}").json()["total"] == expected


@pytest.mark.feature("TBL-15")
def test_a_page_to_print_is_a_table_of_text_with_a_head_and_says_who_printed(client_for: ClientFor) -> None:
    answer = client_for("viewer").get(f"{API}/equipment/export?format=print&tab=all")
    assert answer.headers["content-type"].startswith("text/html")
    page = answer.text
    assert page.count("<thead>") == 1
    assert html.escape(NASTY) in page and "<img" not in page and "<script" not in page
    total = client_for("viewer").get(f"{API}/equipment?tab=all").json()["total"]
    assert f"{total} rows. CMMS Sync, " in page and "viewer</footer>" in page
    style = client_for("viewer").get("/cmms/assets/print.css")
    assert "table-header-group" in style.text


@pytest.mark.parametrize(
    "sign", ["=", "+", "-", "@", "\t", "\r", "\n", "\x00", "＝", "＋", "－", "＠", " =", "\u200b="]
)
def test_text_that_a_spreadsheet_takes_for_a_formula_is_neutralised(sign: str) -> None:
    from cmms_ui.api.export_rows import neutralise

    assert neutralise(f"{sign}1+1").startswith("'")
    assert neutralise(f'"{sign}1+1').startswith("'") or sign in "\t\r\n\x00"
    assert neutralise("plain =1") == "plain =1"
    assert neutralise("") == ""


@pytest.mark.parametrize("separator", [";", "\t", "\n", "\r\n", "|", ",", "; ", ';"', ";\u200b"])
@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "＝", "＠", "﹦"])
def test_no_cell_becomes_a_formula_in_a_program_with_another_separator(separator: str, sign: str) -> None:
    """The file read with every separator that programs have, whether they honour quotes or not."""
    from cmms_ui.api.export_rows import write_csv
    from cmms_ui.resources import RESOURCES

    column = next(column for column in RESOURCES["plants"].columns if column.name == "description")
    number = next(column for column in RESOURCES["plants"].columns if column.name == "id")
    text = f"a{separator}{sign}1+1{separator}"
    rows = [{"id": -5, "description": text}, {"id": 1, "description": "Pump, -10 °C; dry"}]
    written = b"".join(write_csv(rows, [number, column])).decode("utf-8-sig")
    for delimiter in ",;\t|":
        for quoting in (csv.QUOTE_MINIMAL, *([csv.QUOTE_NONE] if delimiter != "," else [])):
            cells = [
                c
                for row in csv.reader(io.StringIO(written, newline=""), delimiter=delimiter, quoting=quoting)
                for c in row
            ]
            bad = [cell for cell in cells if unicodedata.normalize("NFKC", cell).strip(' "\u200b')[:1] in tuple("=+-@")]
            assert [cell for cell in bad if not cell.startswith("-5")] == [], (delimiter, quoting, cells)
    assert next(csv.reader(io.StringIO(written.split("\n", 1)[1])))[0] == "-5"  # a number stays one
    assert "Pump, -10 °C; dry" in written


@pytest.mark.feature("UIF-01", "TBL-01", "REU-02", "STK-03")
def test_one_definition_gives_list_metadata_and_page(client_for: ClientFor, monkeypatch: pytest.MonkeyPatch) -> None:
    """A derived resource overrides one column, hides another from who may not edit, and inherits the rest."""
    from cmms.access.actors import Capability
    from cmms_ui.resources import RESOURCES

    base = RESOURCES["plants"]
    changed = {"description": {"label": "About", "capability": Capability.EDIT}}
    monkeypatch.setitem(RESOURCES, "plants", base.derive(columns=changed))

    def columns(role: str) -> dict[str, str]:
        meta = client_for(role).get(f"{API}/meta/plants").json()
        return {column["name"]: column["label"] for column in meta["columns"]}

    assert columns("op") == {**{c.name: c.label for c in base.columns}, "description": "About"}
    assert "description" not in columns("viewer")
    verbs = {
        role: {a["verb"] for a in client_for(role).get(f"{API}/meta/plants").json()["actions"]}
        for role in ("op", "admin")
    }
    assert verbs == {"op": set(), "admin": {"create", "edit"}}


RELATED = [
    ("equipment", "plant_id", "plants"),
    ("equipment", "equipment_group_id", "groups"),
    ("running-times", "equipment_id", "equipment"),
    ("running-times", "plant_id", "plants"),
    ("running-times", "sync_log_id", "syncs"),
]


@pytest.mark.feature("DAT-07")
def test_the_metadata_lists_the_five_entities_with_their_fields_and_how_they_belong_together(
    client_for: ClientFor,
) -> None:
    meta = {item["name"]: item for item in client_for("viewer").get(f"{API}/meta").json()}
    fields = {
        "plants": {"id", "plant_code", "name", "description", "is_active", "created_at"},
        "groups": {"id", "name", "description", "is_active", "created_at"},
        "equipment": {"id", "equipment_number", "plant_id", "equipment_group_id", "company_code", "equipment_description",
                      "object_number", "point", "api_created_at", "is_active", "created_at", "updated_at"},
        "running-times": {"id", "equipment_id", "plant_id", "point", "date", "date_time", "description", "running_hours",
                          "cumulative_hours", "equipment_description", "updated_at"},
        "syncs": {"id", "sync_type", "status", "records_processed", "records_success", "records_failed", "error_message",
                  "sync_started_at", "sync_completed_at"},
    }  # fmt: skip
    for name, expected in fields.items():
        assert {column["name"] for column in meta[name]["columns"]} >= expected
    for child, key, parent in RELATED:
        assert {"resource": parent, "key": key} in meta[child]["belongs_to"]
        assert {"resource": child, "key": key} in meta[parent]["has_many"]
        assert key in {column["name"] for column in meta[child]["columns"]}
    one = client_for("viewer").get(f"{API}/meta/equipment").json()
    assert one == meta["equipment"]


@pytest.mark.feature("TEST-10")
@pytest.mark.parametrize(("child", "key", "parent"), RELATED, ids=lambda name: name)
def test_what_belongs_to_a_record_is_counted_paged_and_leads_back(
    client_for: ClientFor, tables: Tables, child: str, key: str, parent: str
) -> None:
    from cmms_ui.resources import RESOURCES

    client = client_for("viewer")
    table, source = RESOURCES[child].table, RESOURCES[child].column(key).source
    counted = tables(
        f"SELECT {source} AS k, COUNT(*) AS n FROM {table} WHERE {source} IS NOT NULL GROUP BY {source} ORDER BY n DESC"
    )
    assert counted
    for row in (counted[0], counted[-1]):
        found: list[int] = []
        size = max(1, min(200, row["n"] // 3))  # four pages, or as few as there can be
        while len(found) < row["n"]:
            page = client.get(f"{API}/{child}?{key}={row['k']}&limit={size}&offset={len(found)}").json()
            assert page["total"] == row["n"] and page["rows"]
            assert {item[key] for item in page["rows"]} == {row["k"]}
            found += [item["id"] for item in page["rows"]]
        assert sorted(found) == [item["id"] for item in tables(
            f"SELECT {RESOURCES[child].key} AS id FROM {table} WHERE {source} = %s ORDER BY id", row["k"])]  # fmt: skip
        above = client.get(f"{API}/{parent}/{row['k']}")
        assert above.status_code == 200 and above.json()["id"] == row["k"]
        if child == "equipment":
            assert above.json()["machines"] == row["n"]
    empty = client.get(f"{API}/{child}?{key}=999999999").json()
    assert (empty["total"], empty["rows"]) == (0, [])


ZONES = ("Pacific/Auckland", "America/Los_Angeles", "UTC")


@pytest.fixture
def runs_round_midnight(tables: Tables) -> Iterator[None]:
    """A run an hour for three days; the site's zone is set by :func:`_place_site`."""
    for back in range(72):
        tables(
            "INSERT INTO api_sync_logs (sync_type, status, dag_id, run_id, sync_started_at, sync_completed_at)"
            " VALUES ('cleanup', 'success', 'x', %s, UTC_TIMESTAMP(3) - INTERVAL %s HOUR, UTC_TIMESTAMP(3))",
            *(f"midnight-{back}", back),
        )
    yield
    tables("DELETE FROM api_sync_logs WHERE run_id LIKE 'midnight-%%'")
    tables("DELETE FROM config_versions WHERE version = 9998")


def _place_site(tables: Tables, zone: str) -> None:
    tables("DELETE FROM config_versions WHERE version = 9998")
    body = json.dumps({"timezone": zone})
    tables("INSERT INTO config_versions (version, body, created_by) VALUES (9998, %s, 'a test')", body)


@pytest.mark.feature("TBL-12")
@pytest.mark.parametrize("zone", ZONES)
def test_a_day_that_is_asked_for_is_a_day_of_the_site(
    client_for: ClientFor, tables: Tables, runs_round_midnight: None, zone: str
) -> None:
    _place_site(tables, zone)
    where, client = ZoneInfo(zone), client_for("viewer")
    days = {
        row["id"]: row["at"].replace(tzinfo=UTC).astimezone(where).date()
        for row in tables("SELECT id, sync_started_at AS at FROM api_sync_logs WHERE sync_type = 'cleanup'")
    }
    day = datetime.now(where).date() - timedelta(days=1)
    before = day - timedelta(days=1)
    cases = {
        f"sync_started_at={day}&sync_started_at={day}": lambda at: at == day,
        f"sync_started_at={before}&sync_started_at={day}": lambda at: before <= at <= day,
        f"sync_started_at={day}": lambda at: at == day,
        f"sync_started_at.not_equals={day}": lambda at: at != day,
        f"sync_started_at.less={day}": lambda at: at < day,
        f"sync_started_at.at_most={day}": lambda at: at <= day,
        f"sync_started_at.greater={day}": lambda at: at > day,
        f"sync_started_at.at_least={day}": lambda at: at >= day,
        "where=" + json.dumps({"all": [{"field": "sync_started_at", "is": "equals", "values": [str(day)]}]}): (
            lambda at: at == day
        ),
    }
    for asked, fits in cases.items():
        rows = client.get(f"{API}/syncs?sync_type=cleanup&limit=200&{asked}").json()["rows"]
        expected = {key for key, at in days.items() if fits(at)}
        assert {row["id"] for row in rows} == expected, asked
        assert expected


@pytest.mark.feature("TBL-12")
@pytest.mark.parametrize(
    ("zone", "today", "first_of_month"), [("Pacific/Auckland", "2026-04-01", "2026-04-01"),
                                          ("America/Los_Angeles", "2026-03-31", "2026-03-01")],
)  # fmt: skip
def test_presets_begin_with_the_day_that_it_is_at_the_site(
    monkeypatch: pytest.MonkeyPatch, zone: str, today: str, first_of_month: str
) -> None:
    from cmms_ui.pages import list_page

    monkeypatch.setattr(list_page, "read_zone", lambda: ZoneInfo(zone))
    with time_machine.travel(datetime(2026, 3, 31, 22, 30, tzinfo=UTC), tick=False):
        presets = {item["label"]: item["value"] for item in list_page._day_presets()}
    assert presets["Today"] == [today, today]
    assert presets["This month"] == [first_of_month, today]
    week, month = (date.fromisoformat(presets[name][0]) for name in ("Last 7 days", "Last 30 days"))
    assert (date.fromisoformat(today) - week, date.fromisoformat(today) - month) == (timedelta(6), timedelta(29))


@pytest.mark.feature("TBL-12")
@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 3, 30), 24), (date(2026, 10, 25), 25)])
def test_a_day_on_which_clocks_change_has_its_own_length(day: date, hours: int) -> None:
    from cmms.listing.definition import Day

    berlin = Day.of(day, ZoneInfo("Europe/Berlin"))
    assert berlin.end - berlin.begin == timedelta(hours=hours)
    assert Day.of(day - timedelta(days=1), ZoneInfo("Europe/Berlin")).end == berlin.begin


def test_settings_that_cannot_be_read_leave_days_of_utc(
    client_for: ClientFor, tables: Tables, runs_round_midnight: None
) -> None:
    _place_site(tables, "Nowhere/Here")
    assert client_for("viewer").get(f"{API}/syncs?sync_started_at=2026-02-01").status_code == 200


@pytest.mark.feature("TEST-06")
@pytest.mark.parametrize(
    "name",
    ["equipment", "running-times", "validations", "validation-findings", "syncs", "record-errors", "plants", "groups",
     "group-rules", "notifications"],
)  # fmt: skip
def test_every_column_tab_and_filter_of_a_resource_exists_in_the_database(client_for: ClientFor, name: str) -> None:
    client = client_for("admin")
    meta = client.get(f"{API}/meta/{name}").json()
    for tab in meta["tabs"]:
        page = client.get(f"{API}/{name}?tab={tab['name']}").json()
        assert all(set(row) == {column["name"] for column in meta["columns"]} for row in page["rows"])
    for column in meta["columns"]:
        if column["sortable"]:
            assert client.get(f"{API}/{name}?order=-{column['name']}&limit=1").status_code == 200, column
        if column["operators"]:
            operator = "not_blank" if "not_blank" in column["operators"] else "equals=true"
            assert client.get(f"{API}/{name}?{column['name']}.{operator}&limit=1").status_code == 200, column


@pytest.mark.feature("PERF-07")
def test_a_page_takes_a_fixed_number_of_statements(client_for: ClientFor) -> None:
    from sqlalchemy import event

    from cmms.access.connections import engine

    statements: list[str] = []
    listener = lambda *call: statements.append(call[2])  # noqa: E731
    event.listen(engine(), "before_cursor_execute", listener)
    try:
        for limit in (1, 50, 200):
            statements.clear()
            client_for("viewer").get(f"{API}/equipment?limit={limit}")
            assert len(statements) == 3  # keys of the page, its rows, how many there are
    finally:
        event.remove(engine(), "before_cursor_execute", listener)


@pytest.mark.feature("PERF-10")
def test_fifty_people_at_once_share_the_connections_of_the_pool(
    client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    from concurrent.futures import ThreadPoolExecutor
    from threading import Lock

    from sqlalchemy import event

    from cmms.access.connections import POOL_SIZE, engine
    from cmms_ui.asgi import guard

    identify, numbers = guard.identify, itertools.count()

    async def as_somebody_else(connection: Any) -> Any:
        actor, by_header = await identify(connection)
        return dataclasses.replace(actor, name=f"viewer {next(numbers)}"), by_header

    monkeypatch.setattr(guard, "identify", as_somebody_else)
    lock, taken, most, ever = Lock(), 0, 0, 0

    def count(change: int) -> None:
        nonlocal taken, most, ever
        with lock:
            taken, ever = taken + change, ever + max(change, 0)
            most = max(most, taken)

    checkout, checkin = (lambda *_: count(1)), (lambda *_: count(-1))
    event.listen(engine(), "checkout", checkout)
    event.listen(engine(), "checkin", checkin)
    try:
        client = client_for("viewer")
        with ThreadPoolExecutor(50) as people:
            answers = list(people.map(lambda number: client.get(f"{API}/equipment?id.at_least={number}"), range(50)))
    finally:
        event.remove(engine(), "checkout", checkout)
        event.remove(engine(), "checkin", checkin)
    assert [answer.status_code for answer in answers] == [200] * 50
    assert ever >= 50 and 1 < most <= POOL_SIZE
