"""What docs/operations.md tells an administrator to type into MySQL works, and its grants are enough for a whole sync."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import MySQLdb
import pytest

from cmms.settings import Settings, Storage
from cmms.simulator import Simulator, SimulatorConfig
from tests.deployment.compose_file import REPOSITORY

TEXT = (REPOSITORY / "docs/operations.md").read_text(encoding="utf-8")
BLOCKS = [re.sub(r"(?m)^ +", "", block) for block in re.findall(r"(?s)```sql\n(.*?)```", TEXT)]
STATEMENTS = [
    statement.strip() for block in BLOCKS for statement in re.sub(r"--.*", "", block).split(";") if statement.strip()
]
DAY = date(2026, 1, 31)

pytestmark = pytest.mark.slow  # a server, a migration and two syncs


@pytest.fixture(scope="module")
def granted(database: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A schema and a user as the page creates them (under names of this test)."""
    name = f"{database['database']}_docs"[-32:].lstrip("_")
    server = {key: database[key] for key in ("host", "port", "user", "password")}
    with closing(MySQLdb.connect(**server)) as connection, closing(connection.cursor()) as cursor:
        for statement in STATEMENTS:
            if re.match("CREATE DATABASE|CREATE USER|GRANT", statement):
                own = statement.replace("'cmms'@", f"'{name}'@").replace("cmms.*", f"{name}.*")
                cursor.execute(own.replace("DATABASE cmms", f"DATABASE {name}").replace("'...'", "'made-up'"))
        yield {**server, "user": name, "password": "made-up", "database": name}
        cursor.execute(f"DROP DATABASE {name}")
        cursor.execute(f"DROP USER '{name}'@'%'")


@pytest.fixture(scope="module")
def synced(granted: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Migrated, seeded and synced with the documented grants, by the package's own commands."""
    from cmms.migrations import upgrade
    from cmms.seed_plants import seed_plants
    from cmms.sync.records import Scope
    from cmms.sync.run_sync import run_sync

    settings = Settings(storage=Storage(base_path=str(tmp_path_factory.mktemp("storage"))))
    config = SimulatorConfig(equipment=200, defect_rate=0.05)
    with pytest.MonkeyPatch.context() as patch, Simulator(config) as simulator:
        uri = "mysql://{user}:{password}@{host}:{port}/{database}".format(**granted)
        api = {"conn_type": "http", "host": simulator.base_url, "password": simulator.config.token}
        patch.setenv("AIRFLOW_CONN_CMMS_MYSQL", uri)
        patch.setenv("AIRFLOW_CONN_CMMS_API", json.dumps(api))
        upgrade()
        seed_plants(Path(REPOSITORY, "include/config/plants.csv"))
        runs = [
            run_sync(scope, run_date=date(2026, 2, 1), settings=settings)
            for scope in (Scope("equipment"), Scope("running_time", start_date=DAY))
        ]
    return {"database": granted, "runs": runs}


def test_the_documented_grants_are_enough_for_migration_seed_and_sync(synced: dict[str, Any]) -> None:
    assert [run.status for run in synced["runs"]] == ["partial", "partial"], synced["runs"]
    assert all(run.counts.inserted > 0 for run in synced["runs"])


def test_the_page_shows_statements() -> None:
    assert len([statement for statement in STATEMENTS if re.match("SELECT|UPDATE", statement)]) >= 4


@pytest.mark.parametrize(
    "statement", [text for text in STATEMENTS if re.match("SELECT|UPDATE", text)], ids=lambda text: text[:40]
)
def test_a_documented_statement_runs(synced: dict[str, Any], statement: str) -> None:
    with closing(MySQLdb.connect(**synced["database"])) as connection, closing(connection.cursor()) as cursor:
        cursor.execute(statement)
