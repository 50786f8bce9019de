"""Sources that are not the simulator: small HTTP servers of other shapes, brought in by settings alone."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from tests.sync.records import machine as write_machine
from tests.sync.site import DAY, Site

Answer = tuple[int, Any]
Source = Callable[[str, dict[str, list[str]], dict[str, str]], Answer]
"""Path, parameters (of the query or the form) and headers of a request -> status and JSON body."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        self._answer(unquote(parts.path), parse_qs(parts.query))

    def do_POST(self) -> None:
        form = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self._answer(urlsplit(self.path).path, parse_qs(form))

    def _answer(self, path: str, parameters: dict[str, list[str]]) -> None:
        status, document = self.server.source(path, parameters, dict(self.headers))  # type: ignore[attr-defined]
        body = b"" if status == 204 else json.dumps(document).encode()
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def connect(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Serve a source and define ``cmms_api`` for it."""
    servers: list[ThreadingHTTPServer] = []

    def serve(source: Source, *, login: str | None = None, password: str | None = None) -> None:
        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.source = source  # type: ignore[attr-defined]
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        host = f"http://127.0.0.1:{server.server_address[1]}"
        connection = {"conn_type": "http", "host": host, "login": login, "password": password}
        monkeypatch.setenv("AIRFLOW_CONN_CMMS_API", json.dumps(connection))

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


def machine(number: str, plant: str = "P001", **more: Any) -> dict[str, Any]:
    return {"SWERK": plant, "EQUNR": number, "CREATED_AT": "2026-01-01T00:00:00Z", **more}


NO_TOTALS = {"total_path": None, "last_page_path": None}
OPEN = {"auth": {"scheme": "none"}}


@pytest.mark.feature("MAP-13", "MAP-02", "MAP-06", "MAP-09", "MAP-10")
def test_values_within_objects_are_found_by_their_path(connect: Callable[..., None], site: Site) -> None:
    asset = {
        "plant": {"code": "P001"},
        "asset": {"number": "0007", "text": "PUMP"},
        "createdAt": "2026-01-01T00:00:00Z",
    }
    reading = {
        **asset, "day": "2026-01-31", "meter": {"id": "4711", "value": {"hours": 7.5, "unit": "h"}, "total": "1234,5"},
    }  # fmt: skip
    connect(lambda path, parameters, headers: (200, [asset] if path == "/assets" else [reading]))
    fields = {
        "plant_code": "plant.code", "equipment_number": "asset.number", "equipment_description": ["asset.name", "asset.text"],
        "api_created_at": "createdAt", "point": "meter.id",
    }  # fmt: skip
    streams = {
        "equipment": {"path": "/assets", "fields": fields},
        "running_time": {
            "fields": {
                **fields, "date": "day", "date_time": [], "running_hours": "meter.value.hours",
                "cumulative_hours": "meter.total",
            },
        },
    }  # fmt: skip
    api = {**OPEN, "records_path": "", "pagination": {"style": "none"}, "numbers": {"decimal_separator": ","}}
    assert site.sync_equipment(api=api, streams=streams).status == "success"
    assert site.sync_days(DAY, DAY, api=api, streams=streams).status == "success"
    [row] = site.query(
        "SELECT e.equipment_number, t.equipment_description, t.point, t.running_hours, t.cumulative_hours"
        " FROM equipment_running_times t JOIN equipment e ON e.id = t.equipment_id"
    )
    assert list(map(str, row.values())) == ["0007", "PUMP", "4711", "7.500", "1234.500"]


@pytest.mark.feature("SYNC-03")
@pytest.mark.parametrize("style", ["page", "offset"])
def test_a_source_that_caps_its_pages_and_tells_no_total_is_asked_until_a_page_is_empty(
    connect: Callable[..., None], site: Site, style: str
) -> None:
    machines = [machine(f"M{number}") for number in range(25)]

    def source(path: str, parameters: dict[str, list[str]], headers: dict[str, str]) -> Answer:
        first = int(parameters["page"][0]) * 10 if style == "page" else int(parameters["offset"][0])
        return 200, {"data": machines[first : first + 10]}

    connect(source)
    pagination = {"style": style, "first_page": 0, "size": 1000, "ends_with": "empty_page", **NO_TOTALS}
    summary = site.sync_equipment(api={**OPEN, "pagination": pagination})
    assert (summary.status, summary.counts.inserted) == ("success", 25)


@pytest.mark.feature("SVC-01", "SYNC-03")
def test_a_plant_that_answers_with_no_content_has_no_records(connect: Callable[..., None], site: Site) -> None:
    def source(path: str, parameters: dict[str, list[str]], headers: dict[str, str]) -> Answer:
        plant = path.split("/")[2]
        return (200, [machine(f"M-{plant}", plant)]) if plant != "P002" else (204, None)

    connect(source)
    api = {**OPEN, "records_path": "", "pagination": {"style": "none"}}
    summary = site.sync_equipment(api=api, streams={"equipment": {"path": "/plants/{plant_code}/equipment"}})
    assert summary.status == "success", summary.error_message
    assert [row["equipment_number"] for row in site.query("SELECT equipment_number FROM equipment ORDER BY 1")] == [
        "M-P001", "M-P003",
    ]  # fmt: skip


@pytest.mark.feature("SVC-01", "TEST-24")
def test_a_token_can_be_asked_for_with_the_credentials_in_the_form(connect: Callable[..., None], site: Site) -> None:
    forms: list[dict[str, list[str]]] = []

    def source(path: str, parameters: dict[str, list[str]], headers: dict[str, str]) -> Answer:
        if path == "/token":
            forms.append(parameters)
            is_known = parameters.get("client_secret") == ["s3cret"] and "Authorization" not in headers
            return (200, {"access_token": "t0ken"}) if is_known else (401, {})
        return (200, {"data": [machine("M1")]}) if headers.get("Authorization") == "Bearer t0ken" else (401, {})

    connect(source, login="client", password="s3cret")
    auth = {
        "scheme": "oauth2", "token_path": "/token", "scope": "read", "client_credentials": "form",
        "token_parameters": {"audience": "cmms"},
    }  # fmt: skip
    summary = site.sync_equipment(api={"auth": auth})
    assert (summary.status, summary.counts.inserted) == ("success", 1)
    assert forms == [
        {
            "grant_type": ["client_credentials"], "client_id": ["client"], "client_secret": ["s3cret"],
            "scope": ["read"], "audience": ["cmms"],
        }
    ]  # fmt: skip


@pytest.mark.feature("SVC-01", "ARC-01")
def test_the_source_is_asked_at_the_connection_that_the_settings_name(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_ERP", os.environ["AIRFLOW_CONN_CMMS_API"])
    monkeypatch.delenv("AIRFLOW_CONN_CMMS_API")
    summary = site.sync_equipment([write_machine("A")], sources={"default": {"connection": "erp"}})
    assert (summary.status, summary.counts.inserted) == ("success", 1), summary.error_message
    assert "cmms_api" in (site.sync_equipment().error_message or "")
