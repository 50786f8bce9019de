"""A database with something to see, and the API server that shows it: for the tests of the view, in process or in a browser.

Input: an empty schema. Output: machines, two weeks of readings, rejected records, a failed run, alerts: made by real
syncs against the simulated source; then people's decisions on top.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import MySQLdb
import pytest

from cmms.simulator import Simulator, SimulatorConfig
from tests.sync.conftest import connection_uri, name_connections
from tests.sync.site import Site
from tools.state_folder import REPOSITORY

ROLES = ("viewer", "user", "op", "admin")
PASSWORD = "a-password-for-tests"
MACHINES = 300
DAYS = 14
NASTY = "<img src=x onerror=alert(1)><script>alert(1)</script>"


def seed(database: dict[str, Any], folder: Path) -> None:
    """Fill a schema as some weeks of use would."""
    from cmms.migrations import upgrade

    config = SimulatorConfig(equipment=MACHINES, plants=4, defect_rate=0.02)
    simulator = Simulator(config).start()
    with pytest.MonkeyPatch.context() as patch:
        name_connections(patch, simulator, database)
        upgrade()
        site = Site(simulator, database, folder)
        site.clear(plants=[f"P{number:03d}" for number in range(1, 5)])
        for number, (name, pattern, hours) in enumerate(
            (("Pumps", "(?i)pump", 2000), ("Compressors", "(?i)compressor", 4000), ("Others", ".", None)), 1
        ):
            site.execute("INSERT INTO equipment_groups (name) VALUES (%s)", values=(name,))
            if hours:
                site.execute(
                    "INSERT INTO maintenance_plans (name, scope, equipment_group_id, interval_hours, start_from, lead_hours)"
                    " VALUES (%s, 'group', %s, %s, 'zero', %s)",
                    values=(f"{name}, every {hours:,} h", number, hours, hours / 10),
                )
            site.execute(
                "INSERT INTO equipment_group_rules (equipment_group_id, priority, field, pattern) VALUES (%s, %s, %s, %s)",
                values=(number, number * 10, "equipment_description", pattern),
            )
        today = datetime.now(UTC).date()
        site.sync_equipment(run_date=today)
        site.sync_days(today - timedelta(days=DAYS), today - timedelta(days=2), run_date=today - timedelta(days=1))
        site.sync_day(today - timedelta(days=1), run_date=today)
        simulator.stop()
        assert site.sync_equipment(run_date=today).status == "failed"  # the source is down
        _decide(site)
        _evaluate(site, today)
        _order_work(site)


_seeded: dict[int, dict[str, Any]] = {}


def seed_once(server: Any, make_database: Callable[[Any], Any], folders: pytest.TempPathFactory) -> dict[str, Any]:
    """The seeded schema of this test run: filled for whoever asks first."""
    if id(server) not in _seeded:
        database = dict(make_database(server))
        seed(database, folders.mktemp("view"))
        _seeded[id(server)] = database
    return _seeded[id(server)]


def store_dags() -> None:
    """Parse the repository's DAGs into Airflow's database, as its DAG processor does: then they can be triggered."""
    from airflow.dag_processing.bundles.manager import DagBundlesManager
    from airflow.dag_processing.dagbag import DagBag, sync_bag_to_db

    DagBundlesManager().sync_bundles_to_db()
    bag = DagBag(dag_folder=str(REPOSITORY / "dags"), bundle_name="dags-folder", bundle_path=REPOSITORY / "dags")
    assert bag.import_errors == {}
    sync_bag_to_db(bag, "dags-folder", None)


def remove_runs() -> None:
    """Take all runs out of Airflow's database."""
    from airflow.models.dagrun import DagRun
    from airflow.utils.session import create_session

    with create_session() as session:
        for run in session.query(DagRun):
            session.delete(run)


def _decide(site: Site) -> None:
    """What people and the alerting have added."""
    site.execute(
        "UPDATE equipment SET is_active = 0, inactive_reason = 'scrapped' WHERE id % 25 = 0",
        f"UPDATE equipment SET notes = '{NASTY}' WHERE id = 2",
        "UPDATE equipment SET created_at = created_at - INTERVAL 30 DAY WHERE id % 10 <> 1",
        "UPDATE equipment SET notes = '=1+1' WHERE id = 3",
        "INSERT INTO alert_events (fingerprint, rule_key, level, title, sync_log_id, occurrences, first_at, last_at)"
        " SELECT 'f1', 'run_failed', 'critical', 'Equipment sync failed: ApiUnavailable', MAX(id), 2,"
        " UTC_TIMESTAMP(3), UTC_TIMESTAMP(3) FROM api_sync_logs",
        "INSERT INTO alert_events (fingerprint, rule_key, level, title, status, first_at, last_at, resolved_at)"
        " VALUES ('f2', 'stuck', 'high', 'A run was queued for 30 minutes', 'resolved', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3),"
        " UTC_TIMESTAMP(3))",
        "INSERT INTO api_sync_logs (sync_type, status, dag_id, run_id, trigger_kind, triggered_by, scope, interval_start,"
        " interval_end, heartbeat_at, sync_started_at) VALUES ('running_time', 'running', 'running_time_sync', 'manual__1',"
        " 'manual', 'op', '{\"stream\": \"running_time\"}', CURRENT_DATE - INTERVAL 3 DAY,"
        " CURRENT_DATE - INTERVAL 1 DAY, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3) - INTERVAL 20 SECOND)",
        "INSERT INTO sync_units (sync_log_id, stream, unit_key, step, done, total, rate)"
        " SELECT MAX(id), 'running_time', CAST(CURRENT_DATE - INTERVAL 3 DAY AS CHAR), 'validate', 120, 300, 60"
        " FROM api_sync_logs",
        "INSERT INTO sync_units (sync_log_id, stream, unit_key, step, done, total, rate)"
        " SELECT MAX(id), 'running_time', CAST(CURRENT_DATE - INTERVAL 2 DAY AS CHAR), 'fetch', 50, 300, 80"
        " FROM api_sync_logs",
    )


def _evaluate(site: Site, today: date) -> None:
    """What the maintenance plans ask: of the groups by hours, of one plant by days too, which some machines are late for."""
    from cmms.maintenance.evaluate_maintenance import evaluate_all

    site.execute(
        "INSERT INTO maintenance_plans (name, scope, plant_id, interval_days, lead_days, tolerance_days)"
        " SELECT 'Safety inspection', 'plant', id, 180, 14, 7 FROM plants WHERE plant_code = 'P004'"
    )
    evaluate_all(today)
    site.execute(
        "UPDATE equipment_maintenance m JOIN maintenance_plans p ON p.id = m.plan_id"
        " SET m.baseline_date = m.baseline_date - INTERVAL 169 + (m.id % 8) * 3 DAY WHERE p.name = 'Safety inspection'"
    )
    evaluate_all(today)


def _order_work(site: Site) -> None:
    """Six repairs at a machine of which no plan asks anything, one in each status; order 1 is the open one."""
    for number, status in enumerate(("open", "in_progress", "on_hold", "completed", "closed", "cancelled"), 1):
        hold = "parts" if status == "on_hold" else None
        site.execute(
            "INSERT INTO work_orders (equipment_id, type, title, priority, status, source, hold_reason, created_by)"
            " SELECT MIN(e.id), 'corrective', %s, %s, %s, 'manual', %s, 'op' FROM equipment e"
            " WHERE NOT EXISTS (SELECT 1 FROM equipment_maintenance m WHERE m.equipment_id = e.id)",
            values=(f"Repair number {number}", 1 + number % 5, status, hold),
        )
    site.execute(
        "UPDATE work_orders SET started_at = UTC_TIMESTAMP(3) WHERE status NOT IN ('open', 'cancelled')",
        "UPDATE work_orders SET completed_at = UTC_TIMESTAMP(3), completion_date = UTC_DATE(), completion_note = 'done'"
        " WHERE status IN ('completed', 'closed')",
        "UPDATE work_orders SET cancel_reason = 'not needed' WHERE status = 'cancelled'",
        "INSERT INTO work_order_history (work_order_id, to_status, actor) SELECT id, 'open', 'op' FROM work_orders",
        "INSERT INTO work_order_history (work_order_id, from_status, to_status, actor, note)"
        " SELECT id, 'open', status, 'op', cancel_reason FROM work_orders WHERE status <> 'open'",
    )


def evaluate(database: Mapping[str, Any]) -> None:
    """Evaluate maintenance after a test has changed machines past the application."""
    from cmms.maintenance.evaluate_maintenance import evaluate_all

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AIRFLOW_CONN_CMMS_MYSQL", connection_uri(dict(database)))
        evaluate_all(datetime.now(UTC).date())


def airflow_environment(
    home: Path, database: Mapping[str, Any], port: int = 0, metadata: Path | None = None
) -> dict[str, str]:
    """Variables of an API server of its own: SQLite metadata, simple auth manager, one user per role."""
    home.mkdir(parents=True, exist_ok=True)
    passwords = home / "passwords.json"
    passwords.write_text(json.dumps(dict.fromkeys(ROLES, PASSWORD)))
    url = f"http://127.0.0.1:{port}"
    return {
        "PYTHONPATH": str(REPOSITORY / "include"),
        "AIRFLOW_HOME": str(home),
        "AIRFLOW_CONN_CMMS_MYSQL": connection_uri(dict(database)),
        "AIRFLOW__CORE__DAGS_FOLDER": str(REPOSITORY / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(REPOSITORY / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__AUTH_MANAGER": "airflow.api_fastapi.auth.managers.simple.simple_auth_manager.SimpleAuthManager",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": ",".join(f"{role}:{role}" for role in ROLES),
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(passwords),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{metadata or home / 'airflow.db'}",
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__BASE_URL": url,
        "AIRFLOW__API__WORKERS": "1",
        "AIRFLOW__API__SECRET_KEY": "a secret of the tests",
        "AIRFLOW__API_AUTH__JWT_SECRET": "a secret of the tests that is long enough for HS512, which wants 64 bytes of it",
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
    }


def inherit_environment() -> dict[str, str]:
    """This process's environment without Airflow's variables, loopback past any proxy."""
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("AIRFLOW")}
    for key in ("no_proxy", "NO_PROXY"):
        inherited[key] = ",".join(filter(None, [inherited.get(key), "127.0.0.1", "localhost"]))
    return inherited


def query(database: Mapping[str, Any], statement: str, *values: Any) -> list[dict[str, Any]]:
    """Rows, as another client of the database sees them."""
    with closing(MySQLdb.connect(**database, charset="utf8mb4", autocommit=True)) as connection:
        cursor = connection.cursor()
        cursor.execute(statement, values or None)
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
