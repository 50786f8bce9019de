"""The page and the routes of the diagnosis: for administrators, one at a time, off the event loop."""

from __future__ import annotations

import json

import pytest

from tests.plugins.conftest import ClientFor

URL = "/cmms/api/v1/diagnostics"
pytestmark = pytest.mark.feature("SRC-09")


@pytest.mark.parametrize("role", ["viewer", "user", "op"])
def test_only_an_administrator_may_run_or_read_it(client_for: ClientFor, role: str) -> None:
    assert client_for(role).get(URL).status_code == 403
    assert client_for(role).post(URL, json={}).status_code == 403


def test_an_administrator_gets_a_line_a_check_and_can_read_it_again(client_for: ClientFor) -> None:
    answer = client_for("admin").post(URL, json={})
    assert answer.status_code == 200, answer.text
    report = answer.json()
    names = {(line["group"], line["name"]): line["status"] for line in report["lines"]}
    assert names["database", "Server"] == "pass"
    assert (names["connections", "cmms_api"], names["source", "Address"]) == ("fail", "skip")  # none in this process
    assert all(line["remedy"] for line in report["lines"] if line["status"] == "fail")
    assert client_for("admin").get(URL).json() == report


def test_there_is_one_at_a_time(client_for: ClientFor) -> None:
    from cmms.operations import run_diagnostics

    with run_diagnostics._running:
        assert client_for("admin").post(URL, json={}).status_code == 409


def test_the_page_offers_it_to_administrators_only(client_for: ClientFor) -> None:
    from cmms.access.actors import Actor, Capability
    from cmms.operations.diagnosis.lines import Line, Report
    from cmms_ui.pages.diagnostics_page import diagnostics_page, show_report

    line = Line("database", "Server", "fail", "<b>refused</b>", "Correct the password.")
    shown = json.dumps(show_report(Report((line,), 1.0)).to_plotly_json(), default=lambda part: part.to_plotly_json())
    assert "Correct the password." in shown
    assert "Failed" in shown
    admin = Actor("admin", frozenset(Capability))
    viewer = Actor("viewer", frozenset({Capability.VIEW}))
    pages = {actor.name: diagnostics_page(actor, None) for actor in (admin, viewer)}
    texts = {
        name: json.dumps(page.to_plotly_json(), default=lambda part: part.to_plotly_json())
        for name, page in pages.items()
    }
    assert "diagnostics-run" in texts["admin"]
    assert "diagnostics-run" not in texts["viewer"]
    assert client_for("viewer").get("/cmms/diagnostics").status_code == 200
