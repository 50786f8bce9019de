"""A site where every check passes: real servers, the simulated source, Airflow's own metadata. Tests plant one fault."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import MySQLdb
import pytest
import yaml

from cmms.operations.diagnose import Line, Report, run_diagnosis
from cmms.simulator import Simulator, SimulatorConfig
from tests.sinks import SlackSink, SmtpSink
from tests.sync.site import merge_settings

ACCOUNT = "cmms_diagnosed"
SECRET = "canary-secret-of-the-diagnosis"  # pragma: allowlist secret
PRIVILEGES = (
    "SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, ALTER, INDEX, REFERENCES, CREATE VIEW, CREATE TEMPORARY TABLES"
)


@dataclass
class DiagnosedSite:
    """What a test changes before it asks for the diagnosis."""

    simulator: Simulator
    database: dict[str, Any]
    folder: Path
    patch: pytest.MonkeyPatch
    slack: SlackSink
    mail: SmtpSink
    settings: dict[str, Any] = field(default_factory=dict)

    def connect(self, connection_id: str, **changes: Any) -> None:
        """Define a connection, different from the good one by ``changes``."""
        good = {
            "cmms_api": {"conn_type": "http", "host": self.simulator.base_url, "password": SECRET},
            "cmms_mysql": {
                "conn_type": "mysql",
                "host": self.database["host"],
                "port": self.database["port"],
                "schema": self.database["database"],
                "login": ACCOUNT,
                "password": SECRET,
            },
            "cmms_slack": {"conn_type": "slackwebhook", "password": self.slack.url},
            "cmms_smtp": {
                "conn_type": "smtp",
                "host": "127.0.0.1",
                "port": self.mail.port,
                "extra": {"disable_ssl": True, "disable_tls": True},
            },
        }[connection_id]
        self.patch.setenv(f"AIRFLOW_CONN_{connection_id.upper()}", json.dumps({**good, **changes}))

    def forget(self, connection_id: str) -> None:
        """Leave a connection undefined."""
        self.patch.delenv(f"AIRFLOW_CONN_{connection_id.upper()}")

    def configure(self, **changes: Any) -> None:
        """Write the settings file, different from the good one by ``changes``."""
        good = {
            "storage": {"base_path": str(self.folder / "storage")},
            "alerts": {"email_to": ["planner@example.com"]},
            "api": {"timeouts": {"connect": 2, "read": 2, "page": 2}},
        }
        file = self.folder / "cmms.yaml"
        file.write_text(yaml.safe_dump(merge_settings(good, changes)))
        self.patch.setenv("CMMS_CONFIG_FILE", str(file))

    def as_root(self, *statements: str) -> None:
        """What the server's administrator does."""
        with closing(
            MySQLdb.connect(
                host=self.database["host"],
                port=self.database["port"],
                user=self.database["user"],
                password=self.database["password"],
            )
        ) as connection:
            for statement in statements:
                connection.cursor().execute(statement)
            connection.commit()

    def diagnose(self, *groups: str, sends_test: bool = False) -> Report:
        """The report; never with a secret in it."""
        report = run_diagnosis(groups, sends_test=sends_test)
        text = json.dumps(report.to_dict())
        assert SECRET not in text
        assert "slack-canary-secret" not in text
        return report


def bad_lines(report: Report) -> list[Line]:
    """Lines that ask for something to be done."""
    return [line for line in report.lines if line.status in ("warn", "fail")]


@pytest.fixture(scope="session")
def airflow_metadata() -> None:
    """Airflow's database in the run's own AIRFLOW_HOME, our DAGs parsed and on, its services alive, the pool made."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Airflow's and Alembic's own
        from airflow.jobs.job import Job
        from airflow.models.dag import DagModel
        from airflow.models.pool import Pool
        from airflow.utils.db import initdb
        from airflow.utils.session import create_session
        from sqlalchemy import update

        from tests.plugins.view_site import store_dags

        initdb()
        store_dags()
        with create_session() as session:
            session.execute(update(DagModel).values(is_paused=False))
            Pool.create_or_update_pool("cmms_sync", 4, "", include_deferred=False, session=session)
            for kind in ("SchedulerJob", "DagProcessorJob", "TriggererJob"):
                job: Any = Job(job_type=kind, state="running")  # type: ignore[no-untyped-call]
                job.job_type, job.latest_heartbeat = kind, datetime.now(UTC) + timedelta(hours=2)  # for the whole run
                session.add(job)


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    """A source of 30 machines that wants the secret as its token."""
    running = Simulator(SimulatorConfig(equipment=30, plants=2, defect_rate=0, token=SECRET)).start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def sinks() -> Iterator[tuple[SlackSink, SmtpSink]]:
    """Receivers of alerts."""
    with SlackSink() as slack, SmtpSink() as mail:
        yield slack, mail


@pytest.fixture(scope="module")
def account(database: dict[str, Any]) -> dict[str, Any]:
    """The schema with all tables, and an account that has the documented privileges and no others."""
    from tests.sync.conftest import migrate

    migrate(database)
    return database


@pytest.fixture
def site(
    simulator: Simulator,
    account: dict[str, Any],
    sinks: tuple[SlackSink, SmtpSink],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Iterator[DiagnosedSite]:
    """A good site, as good again after each test."""
    simulator.reset()
    made = DiagnosedSite(simulator, account, tmp_path, monkeypatch, *sinks)
    made.as_root(
        f"DROP USER IF EXISTS {ACCOUNT}@'%'",
        f"CREATE USER {ACCOUNT}@'%' IDENTIFIED BY '{SECRET}'",
        f"GRANT {PRIVILEGES} ON `{account['database']}`.* TO {ACCOUNT}@'%'",
        "SET GLOBAL local_infile = ON",
    )
    made.configure()
    for connection_id in ("cmms_api", "cmms_mysql", "cmms_slack", "cmms_smtp"):
        made.connect(connection_id)
    yield made
    made.as_root(f"DROP USER IF EXISTS {ACCOUNT}@'%'")


@pytest.fixture
def set_global(site: DiagnosedSite) -> Iterator[Callable[[str, str], None]]:
    """``set_global("sql_select_limit", "10")``, put back at the end of the test."""
    changed: dict[str, str] = {}

    def change(name: str, value: str) -> None:
        changed[name] = value
        site.as_root(f"SET GLOBAL {name} = {value}")

    yield change
    for name in reversed(changed):
        site.as_root(f"SET GLOBAL {name} = DEFAULT")
