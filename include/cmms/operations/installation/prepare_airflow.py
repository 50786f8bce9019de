"""What Airflow's metadata database has to hold for us: the pool; and what is removed from it again.

Input: nothing. Output: what was created or removed. Runs outside of tasks only, as Airflow's own commands do.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy.exc import DBAPIError

from cmms.dag_ids import DAG_IDS
from cmms.errors import DatabaseUnavailable
from cmms.package_files import find_folder
from cmms.settings import API_CONNECTION, MYSQL_CONNECTION, POOL

POOL_SLOTS = 4


@contextmanager
def _in_metadata() -> Iterator[None]:
    """Turn what Airflow's own database refuses into an error of ours."""
    try:
        yield
    except DBAPIError as error:
        raise DatabaseUnavailable(
            f"Airflow's metadata database: {error.orig}; is [database] sql_alchemy_conn that of the services, does the"
            " server run, and has `airflow db migrate` made its tables?"
        ) from error


def list_missing_connections() -> list[str]:
    """Which of the two connections that every sync needs are not defined."""
    from airflow.sdk import BaseHook
    from airflow.sdk.exceptions import AirflowNotFoundException

    missing = []
    for name in (MYSQL_CONNECTION, API_CONNECTION):
        try:
            BaseHook.get_connection(name)
        except AirflowNotFoundException:
            missing.append(name)
    return missing


@_in_metadata()
def create_pool() -> bool:
    """Create the pool of the working tasks where it is missing; one that exists stays as the site has set it."""
    from airflow.models.pool import Pool

    if Pool.get_pool(POOL) is not None:
        return False
    Pool.create_or_update_pool(POOL, POOL_SLOTS, "Tasks of CMMS Sync", include_deferred=False)
    return True


def list_dag_ids() -> list[str]:
    """Our DAGs, of this version and of those before it."""
    return sorted({*DAG_IDS} | {file.stem for file in find_folder("dags").glob("*.py")})


@_in_metadata()
def pause_dags() -> list[str]:
    """Pause those of our DAGs that Airflow knows; returns their IDs."""
    from airflow.models.dag import DagModel
    from airflow.utils.session import create_session
    from sqlalchemy import select

    with create_session() as session:
        found = session.scalars(select(DagModel).where(DagModel.dag_id.in_(list_dag_ids()))).all()
        for dag in found:
            dag.is_paused = True
        return [dag.dag_id for dag in found]


@_in_metadata()
def list_running_dags() -> list[str]:
    """Those of our DAGs of which a task is running."""
    from airflow.models.taskinstance import TaskInstance
    from airflow.utils.session import create_session
    from sqlalchemy import select

    with create_session() as session:
        running = select(TaskInstance.dag_id).where(
            TaskInstance.dag_id.in_(list_dag_ids()), TaskInstance.state == "running"
        )
        return sorted(session.scalars(running.distinct()).all())


@_in_metadata()
def delete_dags() -> list[str]:
    """Delete our DAGs with their runs from the metadata database; returns their IDs."""
    from airflow.api.common.delete_dag import delete_dag
    from airflow.exceptions import DagNotFound

    deleted = []
    for dag_id in list_dag_ids():
        with suppress(DagNotFound):
            delete_dag(dag_id)
            deleted.append(dag_id)
    return deleted


@_in_metadata()
def delete_pool() -> bool:
    """Delete our pool; returns whether there was one."""
    from airflow.models.pool import Pool

    if Pool.get_pool(POOL) is None:
        return False
    Pool.delete_pool(POOL)
    return True
