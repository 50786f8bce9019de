"""Before a connection is defined the REST API names it, instead of failing without a word."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from cmms.database import query, session
from cmms_ui.api.rest import add_rest_api


def _ask_database() -> list[dict[str, object]]:
    with session() as connection:
        return query(connection, "now")


@pytest.mark.feature("PKG-01")
def test_rest_answers_503_with_a_problem_that_names_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AIRFLOW_CONN_CMMS_MYSQL", raising=False)
    server = FastAPI()
    add_rest_api(server)
    server.add_api_route("/probe", _ask_database)
    answer = TestClient(server).get("/probe")
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert "the Airflow connection cmms_mysql is not defined" in answer.json()["detail"]
