"""Each planted fault gives one line that names it and says what to do; a good site gives none."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cmms.operations.diagnose import Line, Report
from cmms.operations.diagnosis import check_source
from cmms.operations.diagnosis.site import Site
from cmms.simulator import Fault
from tests.diagnosis.conftest import ACCOUNT, SECRET, DiagnosedSite, bad_lines
from tests.diagnosis.https_source import https_source
from tests.sinks import SilentServer

pytestmark = pytest.mark.feature("SRC-09")
SetGlobal = Callable[[str, str], None]


def only_line(report: Report) -> Line:
    """The one line that asks for something to be done."""
    lines = bad_lines(report)
    assert len(lines) == 1, [f"{line.status} {line.name}: {line.found}" for line in lines]
    assert lines[0].remedy
    return lines[0]


def check_line(report: Report, name: str, status: str, found: str, remedy: str) -> None:
    """The one line has this name and status, and these words."""
    line = only_line(report)
    assert (line.name, line.status) == (name, status)
    assert found in line.found
    assert remedy in line.remedy


def _closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@pytest.mark.usefixtures("airflow_metadata")
def test_a_good_site_has_nothing_to_mend(site: DiagnosedSite) -> None:
    report = site.diagnose()
    assert bad_lines(report) == []
    assert [line for line in report.lines if line.status == "skip"] == []
    assert not report.failed


@pytest.mark.usefixtures("airflow_metadata")
def test_a_site_without_any_connection_gets_a_line_for_each(site: DiagnosedSite) -> None:
    for connection_id in ("cmms_api", "cmms_mysql", "cmms_slack", "cmms_smtp"):
        site.forget(connection_id)
    site.configure(alerts={"email_to": []})
    report = site.diagnose()
    assert [(line.name, line.status) for line in bad_lines(report)] == [
        ("cmms_api", "fail"), ("cmms_mysql", "fail"), ("cmms_slack", "warn"), ("cmms_smtp", "warn"),
    ]  # fmt: skip
    assert all("airflow connections add cmms_" in line.remedy for line in bad_lines(report))
    skipped = {line.group: line.found for line in report.lines if line.status == "skip"}
    assert skipped["database"] == "not checked: cmms_mysql (connections) has to pass first"
    assert skipped["source"] == "not checked: cmms_api (connections) has to pass first"


# --- package


def test_a_wrong_field_of_the_settings_is_named(site: DiagnosedSite) -> None:
    site.configure(engine={"days_per_batch": 0})
    check_line(site.diagnose("package"), "Settings file", "fail", "engine.days_per_batch", "Correct the field")


def test_a_view_left_in_the_plugins_folder_is_found(site: DiagnosedSite) -> None:
    (site.folder / "plugins/cmms_ui").mkdir(parents=True)
    site.patch.setenv("AIRFLOW__CORE__PLUGINS_FOLDER", str(site.folder / "plugins"))
    check_line(site.diagnose("package"), "One version", "fail", "older version", "Delete")


@pytest.mark.parametrize("left", ["cmms/api", "cmms/views", "cmms_ui/widgets"])
def test_folders_left_by_a_copy_over_an_older_version_are_found(site: DiagnosedSite, left: str) -> None:
    from cmms.operations.diagnosis import check_package

    (site.folder / left).mkdir(parents=True)
    site.patch.setattr(check_package, "_PACKAGE", site.folder / "cmms")
    check_line(site.diagnose("package"), "One version", "fail", left, "Delete")


@pytest.mark.parametrize("statement", ["now", "sync/merge/mark_unit", "figures/live_runs"])
def test_a_missing_statement_is_named(site: DiagnosedSite, monkeypatch: pytest.MonkeyPatch, statement: str) -> None:
    import shutil

    from cmms.operations.diagnosis import check_package

    real = check_package.find_folder
    shutil.copytree(real("sql"), site.folder / "sql")
    (site.folder / f"sql/{statement}.sql").unlink()
    monkeypatch.setattr(check_package, "find_folder", lambda name: site.folder / "sql" if name == "sql" else real(name))
    line = only_line(site.diagnose("package"))
    assert (line.name, line.status) == ("Files", "fail")
    assert f"sql/{statement}.sql" in line.found


# --- connections


@pytest.mark.parametrize(
    ("connection_id", "changes", "status", "found", "remedy"),
    [
        ("cmms_api", {"password": ""}, "fail", "no password", "Set the password"),
        ("cmms_api", {"host": "ftp://erp.example.com"}, "fail", "no usable host", "such as https://"),
        ("cmms_api", {"host": "127.0.0.1"}, "warn", "no scheme", "http:// or https://"),
        ("cmms_mysql", {"schema": ""}, "fail", "names no schema", "Set the schema"),
        ("cmms_mysql", {"conn_type": "postgres"}, "fail", "postgres", "MySQL"),
        ("cmms_slack", {"password": ""}, "fail", "no password", "webhook"),
    ],
)
def test_what_a_connection_lacks_is_said(
    site: DiagnosedSite, connection_id: str, changes: dict[str, Any], status: str, found: str, remedy: str
) -> None:
    site.connect(connection_id, **changes)
    check_line(site.diagnose("connections"), connection_id, status, found, remedy)


# --- database server


@pytest.mark.parametrize(
    ("changes", "found", "remedy"),
    [
        ({"password": "wrong"}, "refuses login or password", "Correct login and password"),
        ({"host": "no-such-host.invalid"}, "cannot be resolved", "DNS"),
        ({"port": "closed"}, "refuses connections", "Start the server"),
        ({"port": "mail"}, "is no MySQL server", "Correct host and port"),
        ({"schema": "no_such_schema"}, "does not exist", "CREATE DATABASE"),
    ],
    ids=["password", "host", "port", "another-service", "schema"],
)  # fmt: skip
def test_what_is_between_us_and_the_database_is_told_apart(
    site: DiagnosedSite, changes: dict[str, Any], found: str, remedy: str
) -> None:
    ports = {"closed": _closed_port(), "mail": site.mail.port}
    site.connect("cmms_mysql", **{name: ports.get(value, value) for name, value in changes.items()})
    check_line(site.diagnose("database"), "Server", "fail", found, remedy)


def test_a_server_that_says_nothing_does_not_hold_the_diagnosis(
    site: DiagnosedSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cmms import database
    from cmms.operations.diagnosis import reach_server

    monkeypatch.setattr(database, "CONNECT_TIMEOUT_SECONDS", 1)
    monkeypatch.setattr(reach_server, "LISTEN_SECONDS", 0.2)
    with SilentServer() as silent:
        site.connect("cmms_mysql", port=silent.port)
        check_line(site.diagnose("database"), "Server", "fail", "says nothing", "Restart the server")


def test_a_certificate_that_is_not_that_of_the_server_is_a_matter_of_tls(site: DiagnosedSite, tmp_path: Path) -> None:
    from tests.diagnosis.https_source import make_certificate

    certificate, _ = make_certificate(tmp_path, names=("db.example.com",))
    site.connect("cmms_mysql", extra={"ssl": {"ca": str(certificate)}})
    check_line(site.diagnose("database"), "Server", "fail", "TLS", "extra ssl")


@pytest.mark.parametrize(
    "privilege",
    [
        "SELECT", "INSERT", "UPDATE", "DELETE", "CREATE", "DROP", "ALTER", "INDEX", "REFERENCES",
        "CREATE VIEW", "CREATE TEMPORARY TABLES",
    ],
)  # fmt: skip
def test_a_missing_privilege_is_named(site: DiagnosedSite, privilege: str) -> None:
    site.as_root(f"REVOKE {privilege} ON `{site.database['database']}`.* FROM {ACCOUNT}@'%'")
    lines = bad_lines(site.diagnose("database"))
    named = [line for line in lines if line.name == f"Privilege {privilege}"]
    assert [line.status for line in named] == ["fail"]
    assert f"GRANT {privilege} ON" in named[0].remedy
    assert {line.name for line in lines} <= {f"Privilege {privilege}", "Tables"}  # without SELECT they cannot be read


def test_privileges_of_a_role_count(site: DiagnosedSite) -> None:
    schema = site.database["database"]
    site.as_root(
        "DROP ROLE IF EXISTS cmms_writer",
        "CREATE ROLE cmms_writer",
        f"GRANT DROP, ALTER ON `{schema}`.* TO cmms_writer",
        f"REVOKE DROP, ALTER ON `{schema}`.* FROM {ACCOUNT}@'%'",
        f"GRANT cmms_writer TO {ACCOUNT}@'%'",
        f"SET DEFAULT ROLE cmms_writer TO {ACCOUNT}@'%'",
    )
    assert bad_lines(site.diagnose("database")) == []
    site.as_root("DROP ROLE cmms_writer")


@pytest.mark.parametrize(
    ("name", "value", "status", "found", "remedy"),
    [
        ("local_infile", "OFF", "warn", "inserted instead of loaded", "SET GLOBAL local_infile = ON"),
        ("max_allowed_packet", "65536", "fail", "less than statements need", "SET GLOBAL max_allowed_packet"),
        ("max_allowed_packet", "4194304", "warn", "is little", "SET GLOBAL max_allowed_packet"),
        ("read_only", "ON", "fail", "takes no writes", "the primary"),
    ],
)
def test_a_variable_that_stands_in_the_way_is_named(
    site: DiagnosedSite, set_global: SetGlobal, name: str, value: str, status: str, found: str, remedy: str
) -> None:
    set_global(name, value)
    check_line(site.diagnose("database"), f"Variable {name}", status, found, remedy)


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("sql_mode", "'ANSI_QUOTES'", "sql_mode=ANSI_QUOTES"),
        ("sql_select_limit", "10", "sql_select_limit=10"),
        ("wait_timeout", "5", "wait_timeout=5"),
        ("completion_type", "'CHAIN'", "completion_type=CHAIN"),
    ],
)
def test_a_variable_that_our_sessions_set_themselves_is_only_mentioned(
    site: DiagnosedSite, set_global: SetGlobal, name: str, value: str, shown: str
) -> None:
    set_global(name, value)
    report = site.diagnose("database")
    assert bad_lines(report) == []
    assert any(f"instead of {shown}" in line.found for line in report.lines)


def test_a_variable_that_our_sessions_do_not_set_is_named(site: DiagnosedSite) -> None:
    from cmms.database import Connection, session
    from cmms.operations.diagnosis import server_variables

    @contextmanager
    def cut_session() -> Iterator[Connection]:
        with session() as connection:
            connection.cursor().execute("SET SESSION sql_select_limit = 100")
            yield connection

    site.patch.setattr(server_variables, "session", cut_session)
    check_line(
        site.diagnose("database"), "Variable sql_select_limit", "fail", "results would be cut",
        "SET GLOBAL sql_select_limit = DEFAULT",
    )  # fmt: skip


def test_tables_of_another_migration_are_found(site: DiagnosedSite) -> None:
    schema = site.database["database"]
    site.as_root(f"UPDATE `{schema}`.cmms_alembic_version SET version_num = '0001'")
    try:
        check_line(site.diagnose("database"), "Tables", "fail", "at migration 0001", "python -m cmms migrate")
    finally:
        from cmms.schema_version import newest_version

        site.as_root(f"UPDATE `{schema}`.cmms_alembic_version SET version_num = '{newest_version()}'")


def test_a_table_without_transactions_is_found(site: DiagnosedSite) -> None:
    schema = site.database["database"]
    site.as_root(f"CREATE TABLE `{schema}`.left_behind (id INT PRIMARY KEY) ENGINE=MyISAM")
    try:
        check_line(site.diagnose("database"), "Tables", "fail", "left_behind", "ENGINE=InnoDB")
    finally:
        site.as_root(f"DROP TABLE `{schema}`.left_behind")


def test_a_stored_settings_version_that_is_wrong_is_found(site: DiagnosedSite) -> None:
    schema = site.database["database"]
    site.as_root(
        f"INSERT INTO `{schema}`.config_versions (version, body, note, created_by)"
        " VALUES (1, '{\"engine\": {\"no_such_field\": 1}}', '', 'test')"
    )
    try:
        check_line(site.diagnose("database"), "Stored settings", "fail", "engine.no_such_field", "corrected version")
    finally:
        site.as_root(f"DELETE FROM `{schema}`.config_versions")


# --- source


@pytest.mark.parametrize(
    ("host", "name", "found", "remedy"),
    [
        ("http://no-such-host.invalid", "Address", "cannot be resolved", "DNS"),
        ("http://127.0.0.1:{closed}", "Address", "refuses connections", "Start the server"),
        ("https://127.0.0.1:{simulator}", "TLS", "speaks no TLS", "Correct the port"),
    ],
)
def test_what_is_between_us_and_the_source_is_told_apart(
    site: DiagnosedSite, host: str, name: str, found: str, remedy: str
) -> None:
    port = site.simulator.base_url.rpartition(":")[2]
    site.connect("cmms_api", host=host.format(closed=_closed_port(), simulator=port))
    check_line(site.diagnose("source"), name, "fail", found, remedy)


@pytest.mark.parametrize(
    ("names", "ends_in_days", "trusted", "status", "found"),
    [
        (("127.0.0.1",), 90, False, "fail", "is self-signed"),
        (("erp.example.com",), 90, True, "fail", "is for another"),
        (("127.0.0.1",), -1, True, "fail", "has expired"),
        (("127.0.0.1",), 5, True, "warn", "expires in"),
    ],
    ids=["self-signed", "another-name", "expired", "expires-soon"],
)
def test_a_certificate_that_is_not_accepted_is_explained(
    site: DiagnosedSite, names: tuple[str, ...], ends_in_days: int, trusted: bool, status: str, found: str
) -> None:
    with https_source(site.folder, names=names, ends_in_days=ends_in_days) as (url, certificate):
        site.connect("cmms_api", host=url, extra={"verify": str(certificate)} if trusted else {})
        tls = [line for line in site.diagnose("source").lines if line.name == "TLS"]
    assert [line.status for line in tls] == [status]
    assert found in tls[0].found
    assert tls[0].remedy


def test_a_credential_over_plain_http_is_warned_of(site: DiagnosedSite) -> None:
    site.connect("cmms_api", host="http://erp.example.com")
    (finding,) = check_source.check_tls(Site())
    assert (finding.status, "can read the credential" in finding.found) == ("warn", True)
    assert "https://" in finding.remedy


@pytest.mark.parametrize(
    ("fault", "name", "status", "found", "remedy"),
    [
        (Fault("status", stream="equipment", status=403), "Equipment", "fail", "may not read", "to let this account"),
        (Fault("status", stream="equipment", status=404), "Equipment", "fail", "nothing at", "streams.equipment.path"),
        (Fault("status", stream="running_time", status=400), "Running times", "fail", "refuses the request", "date_parameters"),
        (Fault("status", stream="running_time", status=503), "Running times", "fail", "status 503", "its log"),
        (Fault("redirect", stream="equipment", location="/x"), "Equipment", "fail", "redirects", "the host of cmms_api"),
        (Fault("html", stream="equipment"), "Equipment", "fail", "an HTML page", "sign-in page"),
        (Fault("invalid_json", stream="equipment"), "Equipment", "fail", "JSON", "records_path"),
        (Fault("latency", stream="equipment", seconds=4), "Equipment", "fail", "no complete answer", "slow"),
        (Fault("rename_field", stream="equipment", field="SWERK", new_name="WERKS"), "Equipment", "fail", "plant_code", "streams.equipment.fields"),
        (Fault("repeated_page", stream="equipment", page=2, serve_page=1), "Equipment", "fail", "ignores how we ask", "pagination.style"),
        (Fault("literal_body", stream="equipment", body='{"data": []}'), "Equipment", "warn", "no records", "allow_empty"),
        (Fault("literal_body", stream="equipment", body='{"rows": []}'), "Equipment", "fail", "data", "records_path"),
    ],
    ids=lambda value: f"{value.kind}-{value.status or ''}" if isinstance(value, Fault) else None,
)  # fmt: skip
def test_what_a_stream_answers_is_explained(
    site: DiagnosedSite, fault: Fault, name: str, status: str, found: str, remedy: str
) -> None:
    site.configure(api={"timeouts": {"page": 1}, "pagination": {"size": 10}})
    site.simulator.inject(fault)
    check_line(site.diagnose("source"), name, status, found, remedy)


@pytest.mark.parametrize("status", [403, 404])
def test_a_secret_in_the_query_of_a_path_is_in_no_line(site: DiagnosedSite, status: int) -> None:
    site.configure(streams={"equipment": {"path": "/equipment?key=path-canary"}})
    site.simulator.inject(Fault("status", stream="equipment", status=status))
    line = only_line(site.diagnose("source"))
    assert "/equipment?key=***" in line.found and "path-canary" not in line.found + line.remedy


def test_a_wrong_token_is_one_line_for_both_streams(site: DiagnosedSite) -> None:
    site.connect("cmms_api", password="another-token-than-expected")
    report = site.diagnose("source")
    check_line(report, "Credential", "fail", "refuses the credential", "Correct the password")
    assert "another-token-than-expected" not in str(report.to_dict())
    assert [line.status for line in report.lines if line.name in ("Equipment", "Running times")] == ["skip", "skip"]


def test_a_source_that_pages_although_the_settings_do_not_is_found(site: DiagnosedSite) -> None:
    site.configure(streams={"equipment": {"pagination": {"style": "none"}}})
    site.simulator.inject(Fault("literal_body", stream="equipment", body=_page(records=2, total=5)))
    check_line(site.diagnose("source"), "Equipment", "fail", "2 of 5 records", "pagination.style")


def _page(*, records: int, total: int) -> str:
    record = '{"SWERK": "P001", "EQUNR": "1", "CREATED_AT": "20260131000000"}'
    return f'{{"data": [{", ".join([record] * records)}], "meta": {{"total": {total}}}}}'


# --- storage


def test_a_storage_that_cannot_be_written_is_named(site: DiagnosedSite) -> None:
    (site.folder / "file").write_text("a file where a folder should be")
    site.configure(storage={"base_path": str(site.folder / "file/storage")})
    check_line(site.diagnose("storage"), "Writable", "fail", "file/storage", "storage.base_path")


def test_a_local_folder_with_workers_on_many_machines_is_warned_of(site: DiagnosedSite) -> None:
    site.patch.setenv("AIRFLOW__CORE__EXECUTOR", "CeleryExecutor")
    check_line(site.diagnose("storage"), "Shared", "warn", "CeleryExecutor", "object storage")


def test_the_storage_check_leaves_nothing_behind(site: DiagnosedSite) -> None:
    site.diagnose("storage")
    assert not (site.folder / "storage").exists()


# --- Airflow


@contextmanager
def airflow_rows(statement: str, undo: str) -> Iterator[None]:
    """Change Airflow's metadata, and change it back."""
    from airflow.utils.session import create_session
    from sqlalchemy import text

    with create_session() as session:
        session.execute(text(statement))
    try:
        yield
    finally:
        with create_session() as session:
            session.execute(text(undo))


_OLD = (datetime.now(UTC) - timedelta(hours=2)).strftime("%Y-%m-%d %H:%M:%S.000000")
_NOW = (datetime.now(UTC) + timedelta(hours=2)).strftime("%Y-%m-%d %H:%M:%S.000000")


@pytest.mark.usefixtures("airflow_metadata")
@pytest.mark.parametrize(
    ("statement", "undo", "name", "status", "found", "remedy"),
    [
        ("UPDATE slot_pool SET pool = 'other' WHERE pool = 'cmms_sync'", "UPDATE slot_pool SET pool = 'cmms_sync' WHERE pool = 'other'",
         "Pool", "fail", "does not exist", "airflow pools set cmms_sync"),
        ("UPDATE slot_pool SET slots = 0 WHERE pool = 'cmms_sync'", "UPDATE slot_pool SET slots = 4 WHERE pool = 'cmms_sync'",
         "Pool", "fail", "no slots", "airflow pools set cmms_sync"),
        ("UPDATE dag SET is_paused = 1 WHERE dag_id = 'equipment_sync'", "UPDATE dag SET is_paused = 0",
         "DAGs", "warn", "paused: equipment_sync", "airflow dags unpause equipment_sync"),
        ("UPDATE dag SET is_stale = 1 WHERE dag_id = 'sync_watchdog'", "UPDATE dag SET is_stale = 0",
         "DAGs", "fail", "does not know sync_watchdog", "the DAGs folder"),
        ("INSERT INTO import_error (filename, stacktrace, bundle_name) VALUES ('equipment_sync.py', 'x\nModuleNotFoundError: cmms', 'dags-folder')",
         "DELETE FROM import_error", "DAG files", "fail", "ModuleNotFoundError: cmms", "importable"),
        (f"UPDATE job SET latest_heartbeat = '{_OLD}' WHERE job_type = 'SchedulerJob'", f"UPDATE job SET latest_heartbeat = '{_NOW}'",
         "Scheduler", "fail", "last heartbeat", "airflow scheduler"),
    ],
    ids=["no-pool", "no-slots", "paused", "missing", "import-error", "scheduler"],
)  # fmt: skip
def test_what_airflow_lacks_is_named(
    site: DiagnosedSite, statement: str, undo: str, name: str, status: str, found: str, remedy: str
) -> None:
    with airflow_rows(statement, undo):
        check_line(site.diagnose("airflow"), name, status, found, remedy)


@pytest.mark.usefixtures("airflow_metadata")
def test_more_mapped_tasks_than_airflow_allows_are_warned_of(site: DiagnosedSite) -> None:
    site.configure(engine={"days_per_batch": 1})
    site.patch.setenv("AIRFLOW__CORE__MAX_MAP_LENGTH", "1024")
    check_line(site.diagnose("package", "airflow"), "Mapped tasks", "warn", "1100 tasks", "days_per_batch to 2")


def test_an_airflow_without_metadata_is_named(site: DiagnosedSite) -> None:
    site.patch.setenv("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", f"sqlite:///{site.folder}/none.db")
    check_line(site.diagnose("airflow"), "Metadata", "fail", "does not exist", "airflow db migrate")


# --- alerts


@pytest.mark.parametrize(
    ("connection_id", "changes", "name", "found", "remedy"),
    [
        ("cmms_slack", {"password": "http://127.0.0.1:{closed}/x"}, "Slack", "refuses connections", "port"),
        ("cmms_slack", {"password": "https://127.0.0.1:{mail}/x"}, "Slack", "no TLS", "webhook"),
        ("cmms_smtp", {"port": "closed"}, "Mail", "refuses connections", "port"),
        ("cmms_smtp", {"login": "cmms", "password": SECRET}, "Mail", "offers no sign-in", "Take login and password"),
        ("cmms_smtp", {"extra": {"disable_ssl": True}}, "Mail", "offers no STARTTLS", "disable_tls"),
        ("cmms_smtp", {"extra": {}}, "Mail", "TLS handshake", "disable_ssl"),
    ],
    ids=["slack-port", "slack-tls", "mail-port", "mail-login", "mail-starttls", "mail-tls"],
)  # fmt: skip
def test_what_is_between_us_and_the_receivers_is_told_apart(
    site: DiagnosedSite, connection_id: str, changes: dict[str, Any], name: str, found: str, remedy: str
) -> None:
    ports = {"closed": _closed_port(), "mail": site.mail.port}
    filled = {key: value.format(**ports) if isinstance(value, str) else value for key, value in changes.items()}
    site.connect(connection_id, **{key: ports.get(str(value), value) for key, value in filled.items()})
    check_line(site.diagnose("alerts"), name, "fail", found, remedy)


def test_a_test_message_takes_the_path_of_alerts(site: DiagnosedSite) -> None:
    before = len(site.slack.bodies), len(site.mail.messages)
    assert bad_lines(site.diagnose("alerts", sends_test=True)) == []
    assert (len(site.slack.bodies), len(site.mail.messages)) == (before[0] + 1, before[1] + 1)
    assert "Test message" in site.mail.messages[-1]["Subject"]


def test_a_receiver_that_refuses_the_test_message_is_named(site: DiagnosedSite) -> None:
    site.patch.setattr(site.mail, "mode", "refuse")
    check_line(site.diagnose("alerts", sends_test=True), "Test message", "fail", "planner@example.com", "Correct")


def test_nothing_is_sent_without_being_asked_for(site: DiagnosedSite) -> None:
    before = site.slack.attempts, site.mail.attempts
    site.diagnose("alerts")
    assert (site.slack.attempts, site.mail.attempts) == before
