"""Group *airflow*: metadata database, services, pool, DAGs and limits, as far as this process may ask for them.

The metadata database is Airflow's own; its models are read, never written. Inside a task Airflow forbids that: then
these checks are skipped, and the command line or the page *Diagnostics* has to do.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cmms.dag_ids import SCHEDULED_DAG_IDS
from cmms.operations.diagnosis.lines import Check, Finding
from cmms.operations.diagnosis.site import Site
from cmms.settings import POOL

_MIGRATE = "Run: airflow db migrate (or correct [database] sql_alchemy_conn for this process)"
_CLOCK_SECONDS = 300
_LONGEST_STACK_LINE = 200


@contextmanager
def _metadata() -> Iterator[Any]:
    """A session on Airflow's metadata database."""
    from airflow.utils.session import create_session

    with create_session() as session:
        yield session


def check_metadata(_site: Site) -> Iterator[Finding]:
    """It answers, and its tables are there."""
    from airflow.configuration import conf
    from sqlalchemy import func, select

    address = conf.get("database", "sql_alchemy_conn")
    file = Path(address.partition(":///")[2].partition("?")[0])
    if address.startswith("sqlite") and not file.is_file():
        yield Finding("fail", f"Airflow's metadata database {file} does not exist", _MIGRATE)
        return
    from airflow.models.dag import DagModel

    try:
        with _metadata() as session:
            count = session.scalar(select(func.count()).select_from(DagModel))
            kind = session.get_bind().dialect.name
    except RuntimeError:
        yield Finding("skip", "a task may not ask Airflow's metadata database; run: python -m cmms diagnose")
        return
    except Exception as error:
        yield Finding("fail", f"it does not answer or has no tables: {_reason(error)}", _MIGRATE)
        return
    yield Finding("pass", f"{kind}, {count} DAGs of all teams")


def _reason(error: Exception) -> str:
    """The driver's sentence, without the statement that SQLAlchemy adds."""
    original = getattr(error, "orig", None) or error
    lines = str(original).strip().splitlines()
    return f"{type(original).__name__}: {lines[0]}" if lines else type(original).__name__


def check_services(_site: Site) -> Iterator[Finding]:
    """Scheduler, DAG processor and triggerer, by their heartbeats."""
    from airflow.api.common.airflow_health import get_airflow_health

    health = get_airflow_health()
    for service, title, status in (
        ("scheduler", "Scheduler", "fail"),
        ("dag_processor", "DAG processor", "fail"),
        ("triggerer", "Triggerer", "warn"),
    ):
        state = health[service]
        if state["status"] == "healthy":
            yield Finding("pass", "running", name=title)
            continue
        last = str(state.get(f"latest_{service}_heartbeat") or "")[:19].replace("T", " ")
        since = f"its last heartbeat was at {last} UTC" if last else "it has never run"
        yield Finding(
            "warn" if status == "warn" else "fail",
            f"not running: {since}",
            f"Start it: airflow {service.replace('_', '-')}",
            name=title,
        )


def check_pool(_site: Site) -> Iterator[Finding]:
    """The pool of the working tasks exists and has slots."""
    from airflow.models.pool import Pool
    from sqlalchemy import select

    with _metadata() as session:
        slots = session.scalar(select(Pool.slots).where(Pool.pool == POOL))
    create = f'Run: airflow pools set {POOL} 4 "Tasks of CMMS Sync"'
    if slots is None:
        yield Finding("fail", f"the pool {POOL} does not exist, so no working task ever starts", create)
    elif slots == 0:
        yield Finding("fail", f"the pool {POOL} has no slots, so no working task ever starts", create)
    else:
        yield Finding("pass", f"{POOL} has {'unlimited' if slots < 0 else slots} slots")


def check_dags(_site: Site) -> Iterator[Finding]:
    """Our DAGs are parsed and on; the errors of our files are named."""
    from airflow.models.dag import DagModel
    from airflow.models.errors import ParseImportError
    from sqlalchemy import select

    with _metadata() as session:
        rows = session.execute(
            select(DagModel.dag_id, DagModel.is_paused, DagModel.is_stale, DagModel.next_dagrun_create_after).where(
                DagModel.dag_id.in_(SCHEDULED_DAG_IDS)
            )
        ).all()
        errors = session.execute(select(ParseImportError.filename, ParseImportError.stacktrace)).all()
    ours = [(name, trace) for name, trace in errors if _is_ours(name or "", trace or "")]
    for name, trace in ours:
        last = ((trace or "").strip().splitlines() or ["no reason given"])[-1][:_LONGEST_STACK_LINE]
        yield Finding(
            "fail",
            f"{name} cannot be imported: {last}",
            "Make the package importable by the DAG processor (wheel or PYTHONPATH), then wait for the next parsing.",
            name="DAG files",
        )
    known = {row.dag_id: row for row in rows if not row.is_stale}
    missing = [dag_id for dag_id in SCHEDULED_DAG_IDS if dag_id not in known]
    if missing and not ours:
        yield Finding(
            "fail",
            f"Airflow does not know {', '.join(missing)}",
            "Put the files into the DAGs folder, and look whether the DAG processor runs and parses it.",
        )
    paused = [dag_id for dag_id in SCHEDULED_DAG_IDS if dag_id in known and known[dag_id].is_paused]
    if paused:
        yield Finding(
            "warn",
            f"paused: {', '.join(paused)}",
            f"Switch them on in Airflow, or run: {'; '.join(f'airflow dags unpause {dag_id}' for dag_id in paused)}",
        )
    if not (missing or paused or ours):
        yield Finding("pass", f"{len(SCHEDULED_DAG_IDS)} DAGs are parsed and on")
    following = [(row.next_dagrun_create_after, dag_id) for dag_id, row in known.items() if not row.is_paused]
    planned = sorted((moment, dag_id) for moment, dag_id in following if moment is not None)
    if planned:
        text = ", ".join(f"{dag_id} {moment:%Y-%m-%d %H:%M}" for moment, dag_id in planned)
        yield Finding("pass", f"{text} (UTC)", name="Next runs")


def _is_ours(name: str, trace: str) -> bool:
    return Path(name).stem in SCHEDULED_DAG_IDS or "No module named 'cmms" in trace


def check_mapping(site: Site) -> Iterator[Finding]:
    """The longest range of one run fits into the number of tasks that Airflow maps."""
    from airflow.configuration import conf

    most, engine = conf.getint("core", "max_map_length"), site.settings.engine
    tasks = math.ceil(engine.max_days / engine.days_per_batch)
    if tasks > most:
        fitting = math.ceil(engine.max_days / most)
        yield Finding(
            "warn",
            f"a run of engine.max_days = {engine.max_days} days makes {tasks} tasks; [core] max_map_length is {most}",
            f"Set engine.days_per_batch to {fitting} or more, or engine.max_days to less.",
        )
    else:
        yield Finding("pass", f"at most {tasks} tasks a step, {most} are allowed")


def check_clock(_site: Site) -> Iterator[Finding]:
    """The metadata database's clock against ours: heartbeats and leases depend on it."""
    from sqlalchemy import text

    with _metadata() as session:
        dialect = session.get_bind().dialect.name
        if dialect == "sqlite":
            yield Finding("pass", "SQLite has this machine's clock")
            return
        now = session.scalar(text("SELECT UTC_TIMESTAMP()" if dialect == "mysql" else "SELECT CURRENT_TIMESTAMP"))
    moment = now if now.tzinfo else now.replace(tzinfo=UTC)
    seconds = (moment - datetime.now(UTC)).total_seconds()
    if abs(seconds) > _CLOCK_SECONDS:
        yield Finding("warn", f"the metadata database's clock differs by {abs(seconds):.0f} s", "Set both by NTP.")
    else:
        yield Finding("pass", f"differs by {abs(seconds):.0f} s")


_METADATA = ("airflow/Metadata",)
CHECKS = (
    Check("airflow", "Metadata", check_metadata, seconds=30),
    Check("airflow", "Services", check_services, needs=_METADATA),
    Check("airflow", "Pool", check_pool, needs=_METADATA),
    Check("airflow", "DAGs", check_dags, needs=_METADATA),
    Check("airflow", "Mapped tasks", check_mapping, after=("package/Settings file",)),
    Check("airflow", "Clock", check_clock, needs=_METADATA),
)
