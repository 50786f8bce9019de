"""What others rely on, read from a package as they see it: REST, command line, DAGs, tables, words that are stored.

Used twice: by ``freeze.py`` inside a checkout of a released version, and by the tests on the present one. So it names
only what every version has: the REST API, ``cmms.cli.main``, Airflow's DAGs, the files of the repository.
"""

from __future__ import annotations

import ast
import contextlib
import io
import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

API = "/cmms/api/v1"
_CONTEXT = frozenset({"timestamp", "level", "logger", "event", "sync_log_id"})


def read_rest(client: Any) -> dict[str, Any]:
    """Paths with their parameters and bodies, the fields of every row, and what each resource can be asked for."""
    document = client.get(f"{API}/openapi.json").json()
    return {
        "paths": {
            f"{method.upper()} {path}": sorted(_names_of(operation))
            for path, operations in document["paths"].items()
            for method, operation in operations.items()
        },
        "schemas": {
            name: sorted(schema.get("properties", ())) for name, schema in document["components"]["schemas"].items()
        },
        "resources": {item["name"]: _read_resource(item) for item in client.get(f"{API}/meta").json()},
    }


def _names_of(operation: dict[str, Any]) -> Iterator[str]:
    """Parameters, and statuses that an answer can have."""
    yield from (f"{item['in']} {item['name']}" for item in operation.get("parameters", ()))
    yield from (f"answers {status}" for status in operation.get("responses", ()))
    if "requestBody" in operation:
        yield "body"


def _read_resource(item: dict[str, Any]) -> dict[str, Any]:
    return {
        "columns": {column["name"]: column["kind"] for column in item["columns"]},
        "sorts": sorted(column["name"] for column in item["columns"] if column["sortable"]),
        "operators": {column["name"]: sorted(column["operators"]) for column in item["columns"]},
        "tabs": sorted(tab["name"] for tab in item["tabs"]),
        "chips": sorted(chip["name"] for chip in item["chips"]),
        "relations": {r["name"]: sorted(known["name"] for known in r["fields"]) for r in item["relations"]},
        "filters": sorted(known["column"] for known in item["filters"]),
        "actions": {a["verb"]: sorted(known["name"] for known in a["fields"]) for a in item["actions"]},
    }


def read_command_line(main: Callable[[list[str]], int]) -> dict[str, list[str]]:
    """The options of each command, as its help says them."""
    commands: dict[str, list[str]] = {}
    for name in re.findall(r"^    ([a-z]+) ", _ask_help(main), re.M):
        text = _ask_help(main, name)
        parts = re.findall(r"^    ([a-z-]+) ", text, re.M) if "positional arguments" in text else []
        parts = [part for part in parts if part in text.partition("\n\n")[0]]
        for words in [[name, part] for part in parts if not _is_argument(main, name, part)] or [[name]]:
            options = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", _ask_help(main, *words).partition("\n\n")[0]))
            commands[" ".join(words)] = sorted(options)
    return commands


def _is_argument(main: Callable[[list[str]], int], command: str, part: str) -> bool:
    """Whether a word of a command's help stands for a value, not for a command of its own."""
    return f"{command} {part} [" not in _ask_help(main, command, part).partition("\n\n")[0]


def _ask_help(main: Callable[[list[str]], int], *words: str) -> str:
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.suppress(SystemExit):
        main([*words, "--help"])
    return said.getvalue()


def run_command(main: Callable[[list[str]], int], words: list[str]) -> int:
    """The exit code of a command; what it prints is not looked at."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        try:
            return main(words)
        except SystemExit as end:
            return int(end.code or 0)


def read_dags(folder: Path) -> dict[str, Any]:
    """Parameters, tasks with their pools, and the assets of each DAG."""
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(dag_folder=str(folder), bundle_name="dags-folder", bundle_path=folder)
    return {
        dag.dag_id: {
            "params": sorted(dag.params),
            "tasks": {task.task_id: task.pool for task in dag.tasks},
            "outlets": sorted({outlet.uri for task in dag.tasks for outlet in task.outlets}),
        }
        for dag in bag.dags.values()
    }


@cache
def read_constants(repository: Path) -> set[str]:
    """Every text that stands in the product's Python, expectations and environment as a whole."""
    found: set[str] = set()
    for folder in ("include", "dags", "plugins", "tools", "config"):
        for file in (repository / folder).rglob("*.py"):
            tree = ast.parse(file.read_text(encoding="utf-8"))
            found |= {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)}
    for file in (repository / "include/expectations").glob("*.json"):
        found |= set(re.findall(r'"code": "(\w+)"', file.read_text()))
    for name in ("docker-compose.yaml", ".env.example", "Dockerfile"):
        found |= set(re.findall(r"\b(?:CMMS|AIRFLOW_CONN_CMMS)_[A-Z_]+\b", (repository / name).read_text()))
    return found


def read_words(repository: Path, query: Callable[[str], list[dict[str, Any]]]) -> dict[str, list[str]]:
    """Words that are stored, sent or set outside: they stay, whatever becomes of the code around them."""
    constants = read_constants(repository)
    documented = set(re.findall(r"`([A-Z][A-Z_]+)`", (repository / "docs/operations.md").read_text()))
    audited = {word for row in query("SELECT DISTINCT action, entity FROM audit_log") for word in row.values()}
    alerts = {row["rule_key"] for row in query("SELECT DISTINCT rule_key FROM alert_events")}
    for file in (repository / "include/cmms/alerts").rglob("*.py"):
        alerts |= set(re.findall(r'^[A-Z_]+ = "([a-z]+(?:_[a-z]+)+)"', file.read_text(), re.M))
    return {
        "environment": sorted(
            word for word in constants if re.fullmatch(r"(CMMS|AIRFLOW_CONN_CMMS)_[A-Z_]*[A-Z]", word)
        ),
        "codes": sorted(
            word for word in constants & documented if "_" in word and not word.startswith(("CMMS", "AIRFLOW", "GX_"))
        ),
        "audit": sorted((audited | set(_find_audited(repository))) & constants),
        "alerts": sorted(alerts & constants),
        "connections": sorted(word for word in constants if re.fullmatch(r"cmms_(api|mysql|slack|smtp)", word)),
    }


def _find_audited(repository: Path) -> Iterator[str]:
    """Actions and entities that calls of ``audit(cursor, actor, action, entity, ...)`` name."""
    for file in (repository / "include").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "audit":
                for part in node.args[2:4]:
                    if isinstance(part, ast.Constant):
                        yield str(part.value)


def read_tables(query: Callable[[str], list[dict[str, Any]]]) -> dict[str, list[str]]:
    """Columns of each table."""
    rows = query(
        "SELECT table_name AS t, column_name AS c FROM information_schema.columns WHERE table_schema = DATABASE()"
        " ORDER BY table_name, column_name"
    )
    tables: dict[str, list[str]] = {}
    for row in rows:
        tables.setdefault(row["t"], []).append(row["c"])
    return tables


def read_log_keys(file: Path) -> list[str]:
    """Keys of a log file of JSON lines that every line may have; facts of single messages are their own."""
    keys = {key for line in file.read_text(encoding="utf-8").splitlines() for key in json.loads(line)}
    return sorted(keys & _CONTEXT)
