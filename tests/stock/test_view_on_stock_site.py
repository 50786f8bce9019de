"""The view on a stock site: FAB's roles, a sub-path, a proxy that rewrites Host, two API servers."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.stock.stock_site import PREFIX, StockSite

pytestmark = pytest.mark.slow

API = f"{PREFIX}/cmms/api/v1"


@pytest.mark.feature("STK-02")
def test_a_write_from_another_site_is_refused_by_the_proxied_server(stock_site: StockSite) -> None:
    with httpx.Client(timeout=60, trust_env=False) as bare:
        token = stock_site.client("admin", stock_site.servers[0]).headers["Authorization"].removeprefix("Bearer ")
        call = {"keys": [], "values": {}}
        origins = {stock_site.url.removesuffix(PREFIX): 422, "http://localhost:1": 403, "http://evil.example": 403}
        for origin, status in origins.items():
            headers = {"Cookie": f"_token={token}", "Origin": origin}
            answer = bare.post(f"{stock_site.url}/cmms/api/v1/plants/actions/create", json=call, headers=headers)
            assert answer.status_code == status, (origin, answer.text)


def test_a_plant_made_by_one_api_server_is_a_choice_of_the_other_at_once(stock_site: StockSite) -> None:
    one, other = (stock_site.client("admin", server) for server in stock_site.servers)
    probe: dict[str, Any] = {"keys": [], "values": {"plant_id": "1", "unknown": 1}}
    assert other.post(f"{API}/equipment/actions/create", json=probe).status_code == 422  # it has read the choices
    made = one.post(
        f"{API}/plants/actions/create", json={"keys": [], "values": {"plant_code": "TWO1", "name": "by one"}}
    )
    assert made.status_code == 200, made.text
    key = stock_site.query("SELECT id FROM plants WHERE plant_code = 'TWO1'")[0]["id"]
    answer = other.post(
        f"{API}/equipment/actions/create", json={"keys": [], "values": {"plant_id": str(key), "unknown": 1}}
    )
    assert "plant_id" not in answer.json()["fields"], answer.text
    listed = other.get(f"{API}/plants", params={"plant_code": "TWO1"}).json()
    assert [row["name"] for row in listed["rows"]] == ["by one"]


@pytest.mark.feature("PKG-01")
def test_the_sites_own_dag_and_ours_are_there_without_an_import_error(stock_site: StockSite) -> None:
    client = stock_site.client("admin", stock_site.servers[1])
    dags = {dag["dag_id"] for dag in client.get(f"{PREFIX}/api/v2/dags").json()["dags"]}
    assert {"their_own", "equipment_sync", "running_time_sync"} <= dags
    assert client.get(f"{PREFIX}/api/v2/importErrors").json()["total_entries"] == 0
    assert client.get(f"{PREFIX}/api/v2/plugins/importErrors").json()["total_entries"] == 0
