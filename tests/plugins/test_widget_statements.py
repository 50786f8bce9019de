"""What widgets ask the database is understood by MariaDB too."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sync.conftest import connection_uri


@pytest.mark.mariadb
@pytest.mark.feature("SYM-02")
def test_every_statement_of_a_widget_runs_on_mariadb(
    mariadb_database: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    import MySQLdb
    import sqlalchemy

    from cmms.access import choices, connections
    from cmms.migrations import upgrade
    from cmms_ui.pages.dashboard import DASHBOARD
    from cmms_ui.resources import RESOURCES

    monkeypatch.setenv("AIRFLOW_CONN_CMMS_MYSQL", connection_uri(mariadb_database))
    upgrade()
    choices.forget_choices()  # those of another database
    pool = sqlalchemy.create_engine("mysql+mysqldb://", creator=connections._connect, pool_size=1)
    monkeypatch.setattr(connections, "engine", lambda: pool)
    with MySQLdb.connect(**mariadb_database, autocommit=True) as connection:
        cursor = connection.cursor()
        for statement in (
            "INSERT INTO plants (plant_code, name) VALUES ('P001', 'One')",
            "INSERT INTO equipment (equipment_number, plant_id) SELECT 'E1', id FROM plants",
            "INSERT INTO api_sync_logs (id, sync_type, status, sync_started_at, sync_completed_at)"
            " VALUES (1, 'equipment', 'failed', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))",
            "INSERT INTO audit_log (actor, action, entity, entity_id, after_json)"
            " VALUES ('op', 'retry', 'api_sync_logs', '1', '{\"run_id\": \"x\"}')",
        ):
            cursor.execute(statement)
    asked = 0
    widgets = list(DASHBOARD)
    for resource in RESOURCES.values():
        widgets += [*resource.widgets, *resource.record_widgets, *(w for tab in resource.tabs for w in tab.widgets)]
    for widget in widgets:
        if widget.name == "launcher":  # asks who somebody is, not the database
            continue
        for option in widget.options or (None,):
            for choice in option.find_choices() if option else (None,):
                wanted = {option.name: choice.value} if option and choice else {}
                widget.load({"key": 1, **widget.choose(wanted)})
                asked += 1
    pool.dispose()
    choices.forget_choices()
    assert asked > 60
