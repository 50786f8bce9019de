"""Other deployments of the source by settings alone: the same tables, whatever the API looks like."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from cmms.simulator import Simulator, SimulatorConfig, profile
from cmms.sync.records import Scope
from tests.sync.conftest import name_connections
from tests.sync.site import Site

LAST_DAY = date(2026, 1, 31)
FIRST_DAY = LAST_DAY - timedelta(days=2)
DATA: dict[str, Any] = {"equipment": 60, "plants": 3, "seed": 5, "defect_rate": 0}
DEFAULT = SimulatorConfig(**DATA)

EQUIPMENT = """
SELECT e.equipment_number, p.plant_code, e.company_code, e.equipment_description, e.object_number, e.point, e.api_created_at
FROM equipment e JOIN plants p ON p.id = e.plant_id
"""
READINGS = """
SELECT e.equipment_number, t.date, p.plant_code, t.point, t.date_time, t.description, t.running_hours, t.cumulative_hours,
       t.company_code, t.equipment_description, t.object_number, t.api_created_at, t.quality_code
FROM equipment_running_times t JOIN equipment e ON e.id = t.equipment_id JOIN plants p ON p.id = t.plant_id
"""

RANGE_PROFILE: dict[str, Any] = {
    "api": {
        "auth": {"scheme": "api_key", "header": "X-API-Key"},
        "pagination": {
            "style": "cursor", "size_parameter": "page_size", "size": 25, "cursor_path": "result.next_cursor",
            "total_path": "result.total", "last_page_path": None,
        },
        "records_path": "result.items",
        "plant_parameter": {"mode": "repeated", "name": "plant[]"},
    },
    "streams": {
        "equipment": {
            "path": "/v2/assets",
            "fields": {"point": ["measuring_point"], "api_created_at": ["created_at"]},
        },
        "running_time": {
            "path": "/v2/meter/readings",
            "date_parameters": {"mode": "range"},
            "fields": {
                "point": ["measuring_point"], "api_created_at": ["created_at"], "date": ["reading_date"],
                "date_time": ["reading_at"], "description": ["note"],
            },
        },
    },
}  # fmt: skip


def sync_all(site: Site, **changes: Any) -> tuple[set[Any], set[Any]]:
    """Sync snapshot and three days; returns the source's columns of both tables."""
    for summary in (site.sync_equipment(**changes), site.sync_days(FIRST_DAY, LAST_DAY, **changes)):
        assert summary.status == "success", (summary.error_message, summary.rejects_by_code)
    tables = tuple({tuple(row.values()) for row in site.query(statement)} for statement in (EQUIPMENT, READINGS))
    assert [len(table) for table in tables] == [60, 180]
    return tables[0], tables[1]


@pytest.fixture(scope="module")
def expected() -> dict[str, Any]:
    """Tables of the default profile, filled by the first test that needs them."""
    return {}


@pytest.fixture
def default_tables(make_site: Callable[..., Site], migrated: dict[str, Any], expected: dict[str, Any]) -> Any:
    """What the default profile leads to."""
    if not expected:
        expected["tables"] = sync_all(make_site(migrated, DEFAULT))
    return expected["tables"]


@pytest.mark.feature("MAP-13", "SVC-04", "SVC-01")
@pytest.mark.parametrize("records_path", ["result.items", ""], ids=["records at result.items", "the body is the list"])
def test_the_range_profile_gives_the_same_tables(
    make_site: Callable[..., Site], migrated: dict[str, Any], default_tables: Any, records_path: str
) -> None:
    config = profile("range", **DATA, records_path=records_path, meta_path="result" if records_path else None)
    site = make_site(migrated, config)
    assert (
        sync_all(site, **{**RANGE_PROFILE, "api": {**RANGE_PROFILE["api"], "records_path": records_path}})
        == default_tables
    )
    asked = [request for request in site.simulator.requests if request.stream == "running_time"]
    assert len(asked) > 2  # pages, all of one range
    assert asked[0].parameters["plant[]"] == ["P001", "P002", "P003"]


@pytest.mark.feature("SVC-01", "RT-10")
@pytest.mark.parametrize("parallel", [1, 4])
def test_one_request_per_plant_gives_the_same_tables(
    make_site: Callable[..., Site], migrated: dict[str, Any], default_tables: Any, parallel: int
) -> None:
    site = make_site(migrated, replace(DEFAULT, plant_filter="single", plant_required=True))
    per_plant = {"plant_parameter": {"mode": "per_plant", "name": "plant"}, "parallel_requests": parallel}
    assert sync_all(site, api=per_plant) == default_tables
    plants = [request.parameters["plant"][0] for request in site.simulator.requests if request.stream == "equipment"]
    assert sorted(plants) == ["P001", "P002", "P003"]


@pytest.mark.feature("MAP-09", "MAP-10", "MAP-12", "DOM-09")
def test_other_units_separators_and_formats_give_the_same_tables(
    make_site: Callable[..., Site], migrated: dict[str, Any], default_tables: Any
) -> None:
    config = replace(
        DEFAULT, running_hours_factor=60, cumulative_hours_factor=3600, decimal_separator=",", date_format="compact",
        timestamp_format="iso_naive",
    )  # fmt: skip
    numbers = {"decimal_separator": ",", "running_hours_factor": "1/60", "cumulative_hours_factor": "1/3600"}
    site = make_site(migrated, config)
    assert sync_all(site, api={"numbers": numbers, "timezone": "UTC"}, timezone="Asia/Tokyo") == default_tables


STYLES = ("none", "page", "offset", "cursor", "next_link", "link_header")
SCHEMES = {
    "none": "none",
    "basic": "basic",
    "bearer": "bearer",
    "raw_token": "raw",
    "api_key": "api_key",
    "oauth2": "oauth2",
}
COMBINATIONS = [(auth, style) for index, auth in enumerate(SCHEMES) for style in (STYLES[index], STYLES[index - 2])]


@pytest.mark.feature("SVC-01", "SYNC-03", "TEST-24")
@pytest.mark.parametrize(("auth", "style"), COMBINATIONS)
def test_every_auth_scheme_and_pagination_style_gives_the_same_machines(
    monkeypatch: pytest.MonkeyPatch, make_site: Callable[..., Site], migrated: dict[str, Any], default_tables: Any,
    auth: Any, style: Any
) -> None:  # fmt: skip
    site = make_site(migrated, replace(DEFAULT, auth=auth, pagination=style))
    pagination = {"style": style, "size": 25, **({"size_parameter": "limit"} if style in ("offset", "cursor") else {})}
    settings = {"api": {"auth": {"scheme": SCHEMES[auth]}, "pagination": pagination}}
    summary = site.sync_equipment(**settings)
    assert summary.status == "success", summary.error_message
    assert {tuple(row.values()) for row in site.query(EQUIPMENT)} == default_tables[0]
    pages = [request for request in site.simulator.requests if request.stream == "equipment"]
    assert len(pages) == (1 if style == "none" else 4)  # three, and the first again: did rows shift meanwhile?

    if auth != "none":
        wrong = replace(site.simulator.config, token="wrong", password="wrong", client_secret="wrong")
        name_connections(monkeypatch, _Elsewhere(site.simulator, wrong), site.database)
        refused = site.sync_equipment(**settings)
        assert (refused.status, refused.error_class) == ("failed", "ApiRefused")
        assert "wrong" not in json.dumps([refused.error_message, *map(str, site.query("SELECT * FROM api_sync_logs"))])


class _Elsewhere(Simulator):
    """The address of a running simulator with another deployment's credentials."""

    def __init__(self, running: Simulator, config: SimulatorConfig) -> None:
        self.config = config
        self._running = running

    @property
    def base_url(self) -> str:
        return self._running.base_url


@pytest.mark.feature("API-02", "SYNC-12")
def test_only_what_is_newer_than_what_is_stored_is_fetched_nobody_is_missing_and_all_can_be_asked_for(
    make_site: Callable[..., Site], migrated: dict[str, Any], default_tables: Any
) -> None:
    site = make_site(migrated, replace(DEFAULT, created_after_param="since"))
    changes = {"streams": {"equipment": {"incremental": {"parameter": "since"}, "allow_empty": True}}}
    assert site.sync_equipment(**changes).counts.inserted == 60
    middle = site.query("SELECT api_created_at AS at FROM equipment ORDER BY 1 LIMIT 1 OFFSET 40")[0]["at"]
    newer = site.value("SELECT COUNT(*) FROM equipment WHERE api_created_at > %s", middle)
    assert 0 < newer < 20
    site.execute("DELETE FROM equipment WHERE api_created_at > %s", values=(middle,))
    summary = site.sync_equipment(**changes)
    assert (summary.counts.inserted, summary.counts.updated) == (newer, 0)
    assert newer <= summary.counts.fetched < 60 - 30
    assert site.sync_equipment(**changes).counts.fetched <= 1  # the newest one itself, to the second
    assert site.sync_equipment(scope=Scope("equipment", full_refresh=True), **changes).counts.unchanged == 60
    asked = [request.parameters.get("since") for request in site.simulator.requests]
    assert [since is None for since in asked] == [True, False, False, True]
    assert {tuple(row.values()) for row in site.query(EQUIPMENT)} == default_tables[0]
    assert site.value("SELECT COUNT(*) FROM equipment WHERE missing_since IS NOT NULL") == 0
