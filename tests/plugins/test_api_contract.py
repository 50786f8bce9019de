"""The REST API keeps what its OpenAPI document promises: asked everything that the document allows, and much that it does not.

Actions work on a copy of the seeded tables, so that what they change is nobody else's.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import MySQLdb
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.plugins import view_site
from tests.plugins.conftest import ClientFor
from tests.sync.conftest import connection_uri

API = "/cmms/api/v1"
EXAMPLES = 8
LEFT_OUT = ("sync_record_errors",)  # replaying one takes a process and ten seconds


@pytest.fixture(scope="module")
def copied(
    airflow_app: Any, seeded: dict[str, Any], mysql_server: Any, make_database: Callable[[Any], Any]
) -> Iterator[None]:
    """The application works on a copy of the tables; Airflow's runs that were started are removed."""
    from cmms.access.connections import engine
    from cmms.migrations import upgrade

    copy = dict(make_database(mysql_server))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AIRFLOW_CONN_CMMS_MYSQL", connection_uri(copy))
        upgrade()
        with closing(MySQLdb.connect(**copy, autocommit=True)) as connection:
            _copy_tables(connection.cursor(), seeded["database"], copy["database"])
        engine().dispose()
        engine.cache_clear()
        yield
        engine().dispose()
        engine.cache_clear()
    view_site.remove_runs()


def _copy_tables(cursor: Any, source: str, target: str) -> None:
    cursor.execute("SET foreign_key_checks = 0")
    cursor.execute(
        "SELECT table_name, GROUP_CONCAT(column_name) FROM information_schema.columns"
        " JOIN information_schema.tables USING (table_schema, table_name)"
        " WHERE table_type = 'BASE TABLE' AND table_schema = %s AND extra NOT LIKE '%%GENERATED' GROUP BY table_name",
        (target,),
    )
    for table, columns in cursor.fetchall():
        cursor.execute(f"DELETE FROM {target}.{table}")
        if table not in LEFT_OUT:
            names = ", ".join(f"`{name}`" for name in columns.split(","))
            cursor.execute(f"INSERT INTO {target}.{table} ({names}) SELECT {names} FROM {source}.{table}")


@pytest.fixture(scope="module")
def document(client_for: ClientFor) -> dict[str, Any]:
    """The document, as a viewer gets it."""
    answer = client_for("viewer").get(f"{API}/openapi.json")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


@pytest.fixture(scope="module")
def operations(document: dict[str, Any]) -> list[Any]:
    """What can be asked, as schemathesis reads it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its own, while it is imported
        import schemathesis

        schema = schemathesis.openapi.from_dict(document)
        return [found.ok() for found in schema.get_all_operations()]


def _ask(client: Any, case: Any) -> Any:
    """Send what schemathesis has made up."""
    made = case.as_transport_kwargs(base_url="http://testserver/cmms")
    body = {key: made[key] for key in ("json", "data") if made.get(key) is not None}
    if isinstance(body.get("data"), str | bytes):
        body = {"content": body["data"]}
    headers = {name: value for name, value in made["headers"].items() if name.lower() != "user-agent"}
    return client.request(made["method"], made["url"], params=made.get("params"), headers=headers, **body)


def _for_each(operations: list[Any], mode: str, examples: int, check: Callable[[Any], None]) -> None:
    """Run ``check(case)`` for made-up calls of every operation; all failures are told at once."""
    from schemathesis.core.failures import FailureGroup
    from schemathesis.generation import GenerationMode

    failures = []
    for operation in operations:

        @settings(
            max_examples=examples,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=GenerationMode(mode)))
        def run(case: Any) -> None:
            check(case)

        try:
            run()
        except (Exception, FailureGroup) as error:
            failures.append(f"{operation.label}: {error}")
    assert not failures, "\n\n".join(failures)


def _holds(case: Any, answer: Any) -> None:
    """No error of ours, a declared status, the declared kind of content, and a body of the declared shape."""
    if answer.status_code == 404 and "content-security-policy" not in answer.headers:
        assert (
            b"%0A" in answer.url.raw_path.partition(b"?")[0]
        )  # Airflow asks no mount for an address with a line break
        return
    import schemathesis.checks
    from schemathesis.specs.openapi.checks import (
        content_type_conformance,
        response_schema_conformance,
        status_code_conformance,
    )

    case.validate_response(
        answer,
        checks=[
            schemathesis.checks.not_a_server_error,
            status_code_conformance,
            content_type_conformance,
            response_schema_conformance,
        ],
    )


def test_the_example_of_an_action_is_accepted_by_its_form(client_for: ClientFor, copied: None) -> None:
    """It names a record that does not exist, so nothing happens: but what is wrong is never the form."""
    from cmms_ui.api.describe import example_call
    from cmms_ui.resources import RESOURCES

    admin = client_for("admin")
    for resource in RESOURCES.values():
        for action in resource.actions:
            call = {**example_call(action), "keys": [] if action.on == "list" else [999_999_999]}
            answer = admin.post(f"{API}/{resource.name}/actions/{action.verb}", json=call)
            assert answer.status_code in (200, 202, 404, 409), (action.name, answer.text)


@pytest.mark.feature("TEST-38")
@pytest.mark.parametrize("mode", ["positive", "negative"])
def test_whatever_is_asked_the_answer_is_as_declared(
    client_for: ClientFor, copied: None, operations: list[Any], mode: str
) -> None:
    admin = client_for("admin")
    asked = [operation for operation in operations if mode == "positive" or _takes_something(operation)]
    statuses: dict[int, int] = {}

    def check(case: Any) -> None:
        answer = _ask(admin, case)
        statuses[answer.status_code] = statuses.get(answer.status_code, 0) + 1
        _holds(case, answer)

    _for_each(asked, mode, EXAMPLES, check)
    assert statuses.get(200 if mode == "positive" else 422, 0) > len(asked), statuses


def _takes_something(operation: Any) -> bool:
    return bool(operation.body or operation.query or operation.path_parameters)


@pytest.mark.feature("TEST-38", "NAV-03")
def test_without_a_login_nothing_is_answered(client_for: ClientFor, operations: list[Any]) -> None:
    nobody = client_for(None)

    def check(case: Any) -> None:
        answer = _ask(nobody, case)
        assert answer.status_code in (401, 403), answer.text
        _holds(case, answer)

    _for_each(operations, "positive", 2, check)


def test_the_document_names_every_route_and_gives_examples(document: dict[str, Any]) -> None:
    from cmms_ui.resources import RESOURCES
    from cmms_ui.run_action import find_action

    paths = document["paths"]
    for resource in RESOURCES.values():
        row = document["components"]["schemas"][_name(paths[f"/api/v1/{resource.name}/{{key}}"]["get"])]
        assert set(row["properties"]) == {column.name for column in resource.columns}
        for action in resource.actions:
            called = paths[f"/api/v1/{resource.name}/actions/{action.verb}"]["post"]
            example = called["requestBody"]["content"]["application/json"]["example"]
            form = find_action(resource.name, action.verb).fields
            shown = {field.name for field in form if not field.read_only and field.is_visible(example["values"])}
            assert set(example["values"]) == shown
    bare = [
        f"{method} {path}: {parameter['name']}"
        for path, methods in paths.items()
        for method, called in methods.items()
        for parameter in called.get("parameters", [])
        if "default" not in parameter["schema"] and "examples" not in {*parameter, *parameter["schema"]}
    ]
    assert bare == []


def _name(operation: dict[str, Any]) -> str:
    reference: str = operation["responses"]["200"]["content"]["application/json"]["schema"]["$ref"]
    return reference.rpartition("/")[2]
