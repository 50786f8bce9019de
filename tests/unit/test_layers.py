"""What the view is defined by knows no database driver, the services know no view, and the rules know neither Airflow nor a database."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DEFINITIONS = ("definition", "asgi/policy.py", "list_query.py", "present_rows.py", "resources", "render", "pages")
DRIVERS = {"MySQLdb", "sqlalchemy", "pymysql"}
VIEW = {"cmms_ui", "dash", "dash_mantine_components", "dash_ag_grid"}


def _imports(file: Path) -> Iterator[str]:
    """The packages that a module imports, wherever in it."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name.partition(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield (node.module or "").partition(".")[0]


def _modules(folder: Path) -> list[Path]:
    found = sorted(folder.rglob("*.py")) if folder.is_dir() else [folder]
    assert found, folder
    return found


@pytest.mark.feature("UIF-08")
@pytest.mark.parametrize("part", DEFINITIONS)
def test_a_definition_of_the_view_imports_no_database_driver(part: str) -> None:
    for file in _modules(ROOT / "include/cmms_ui" / part):
        assert not DRIVERS & set(_imports(file)), file


@pytest.mark.feature("UIF-08")
def test_no_service_imports_the_view() -> None:
    for file in _modules(ROOT / "include/cmms"):
        assert not VIEW & set(_imports(file)), file


ROOMS = (
    "streams", "base", "settings", "migrations", "source", "sync.records", "sync.fetch", "sync.runs", "sync.validate", "sync.merge", "sync", "access", "alerts",
    "operations", "listing", "figures", "run_control", "maintenance", "equipment", "quarantine", "simulator",
    "dag_tasks", "cli",
)  # fmt: skip
"""From the ground up; what lies in no folder is the ground, but for the command line."""
COMMAND_LINE = {"__main__", "cli", "print_summary", "task_imports"}
VIEW_ROOMS = ("definition", "base", "asgi", "render", "resources", "run_action", "pages", "api", "browser", "build_application", "mount", "airflow_plugin")  # fmt: skip
"""The same of the view; its ground is what both its pages and its REST API ask of a list."""


def _room(module: tuple[str, ...]) -> str:
    """The room of a module of ``cmms``."""
    deep = ".".join(module[:2])
    if deep in ROOMS or module[0] in ROOMS:
        return deep if deep in ROOMS else module[0]
    return "cli" if module[0] in COMMAND_LINE else "base"


def _room_of_view(module: tuple[str, ...]) -> str:
    return module[0] if module[0] in VIEW_ROOMS else "base"


def _inner_imports(package: str = "cmms") -> dict[tuple[str, ...], set[tuple[str, ...]]]:
    """The modules of a package, and which of them each one imports, wherever in it, but for its types alone."""
    folder = ROOT / package if package in ("benchmarks", "tools") else ROOT / "include" / package
    files = {file.relative_to(folder).with_suffix("").parts: file for file in _modules(folder)}
    modules = {parts[:-1] if parts[-1] == "__init__" else parts: file for parts, file in files.items()}
    found: dict[tuple[str, ...], set[tuple[str, ...]]] = {}
    for module, file in modules.items():
        names = set()
        tree = ast.parse(file.read_text(encoding="utf-8"))
        tree.body = [
            node for node in tree.body if not (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test))
        ]
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == package:
                origin = tuple((node.module or "").split(".")[1:])
                names |= {(*origin, name.name) for name in node.names} | {origin}
        found[module] = (names & modules.keys()) - {module, ()}
    return found


@pytest.mark.feature("ARC-01")
@pytest.mark.parametrize(
    ("package", "rooms", "room_of"), [("cmms", ROOMS, _room), ("cmms_ui", VIEW_ROOMS, _room_of_view)]
)
def test_a_room_imports_only_rooms_below_it(
    package: str, rooms: tuple[str, ...], room_of: Callable[[tuple[str, ...]], str]
) -> None:
    wrong = [
        f"{'.'.join(module)} imports {'.'.join(other)}"
        for module, others in _inner_imports(package).items()
        for other in others
        if module and rooms.index(room_of(other)) > rooms.index(room_of(module))
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.feature("ARC-01")
def test_a_statement_lies_in_the_room_of_who_runs_it_or_in_one_below() -> None:
    folder = ROOT / "include/sql"
    statements = {file.relative_to(folder).with_suffix("").as_posix() for file in folder.rglob("*.sql")}
    wrong = []
    for file in _modules(ROOT / "include/cmms"):
        own = ROOMS.index(_room(file.relative_to(ROOT / "include/cmms").with_suffix("").parts))
        named = {
            node.value
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
            if isinstance(node, ast.Constant)
        }
        above = (name for name in statements & named if ROOMS.index(_room((*name.split("/")[:-1],) or ("",))) > own)
        wrong += [f"{file.relative_to(ROOT)} runs {name}" for name in above]
    assert not wrong, "\n".join(wrong)


def _named_statements(file: Path) -> set[str]:
    """Texts of a module that are names of statement files; those without a room are words too, like ``now``."""
    folder = ROOT / "include/sql"
    statements = {file.relative_to(folder).with_suffix("").as_posix() for file in folder.glob("*/**/*.sql")}
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return statements & {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}


ASKS_THE_DATABASE = {"cmms.database", "cmms.access.connections", "cmms.access.read_rows", "cmms.figures.typed_rows"}


@pytest.mark.feature("UIF-08", "ARC-01")
def test_the_view_names_no_statement_and_asks_the_database_through_services_alone() -> None:
    wrong = []
    for file in _modules(ROOT / "include/cmms_ui"):
        wrong += [f"{file.relative_to(ROOT)} names {statement}" for statement in _named_statements(file)]
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [name.name for name in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []
            origin = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
            asked = {f"{origin}{name}" for name in names} | {origin.rstrip(".")}
            wrong += [f"{file.relative_to(ROOT)} imports {name}" for name in asked & ASKS_THE_DATABASE]
    assert not wrong, "\n".join(wrong)


@pytest.mark.feature("ARC-01")
def test_each_figures_statement_is_run_and_says_by_which_module() -> None:
    callers: dict[str, list[str]] = {}
    for file in _modules(ROOT / "include/cmms/figures"):
        for statement in _named_statements(file):
            callers.setdefault(statement, []).append(f"cmms.figures.{file.stem}")
    for file in sorted((ROOT / "include/sql/figures").glob("*.sql")):
        runs = ", ".join(sorted(callers.get(f"figures/{file.stem}", ["nobody"])))
        said = re.search(r"Callers?: ([\w., ]+\w)", file.read_text(encoding="utf-8"))
        assert said and said[1].startswith(runs), f"{file.name}: {runs}"


@pytest.mark.feature("ARC-01")
@pytest.mark.parametrize("package", ["cmms", "cmms_ui", "benchmarks", "tools"])
def test_no_modules_of_a_package_import_each_other_in_a_circle(package: str) -> None:
    left = _inner_imports(package)
    while free := [module for module, others in left.items() if not others & left.keys()]:
        for module in free:
            del left[module]
    assert not left, sorted(".".join(module) for module in left)


@pytest.mark.feature("ARC-01")
@pytest.mark.parametrize("folder", ["include", "dags", "plugins", "tools", "benchmarks", "tests"])
def test_what_is_imported_of_ours_is_there(folder: str) -> None:
    """Whatever moves: also in files that neither mypy nor any other test looks at."""
    missing = []
    for file in _modules(ROOT / folder):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] in ("cmms", "cmms_ui"):
                place = ROOT / "include" / str(node.module).replace(".", "/")
                module = place.with_suffix(".py") if place.with_suffix(".py").is_file() else place / "__init__.py"
                text = module.read_text(encoding="utf-8") if module.is_file() else ""
                missing += [
                    f"{file.relative_to(ROOT)}:{node.lineno} {node.module}.{name.name}"
                    for name in node.names
                    if not re.search(rf"\b{name.name}\b", text)
                    and not (place / f"{name.name}.py").is_file()
                    and not (place / name.name).is_dir()
                ]
    assert not missing, "\n".join(missing)


# Two readings, the second one of which a person cannot have meant, from bytes to verdict.
_WITHOUT_AIRFLOW = """
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("airflow", "MySQLdb", "dash"):
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Absent())
from datetime import date
import polars as pl
from cmms.settings import parse_settings
from cmms.sync.validate.apply_rules import apply_rules
from cmms.sync.validate.load_reference import Reference, join_reference
from cmms.sync.validate.parse_records import parse_records
from cmms.sync.fetch.plan_requests import plan_batches
from cmms.sync.validate.read_records import RecordReader
from cmms.sync.records import Scope
from cmms.sync.validate.resolve_duplicates import resolve_duplicates

day, settings = date(2026, 1, 31), parse_settings({})
fields = settings.streams.running_time.fields.as_dict()
text = '{"SWERK":"P1","EQUNR":"A","CREATED_AT":"20260201000000","DATE":"20260131","RECDV":"%s","CNTRR":"5000"}'
records = [(text % hours).encode() for hours in ("8.5", "-8.5")]
raw = RecordReader(records_path="", fields=fields).read_records(records)
rows = parse_records([(1, raw)], stream="running_time", settings=settings).sort("position")
plants = pl.DataFrame({"plant_code": ["P1"], "plant_id": [1]})
machines = pl.DataFrame({"equipment_number": ["A"], "equipment_id": [1], "own_point": ["77"]})
before = pl.DataFrame({"equipment_id": [1], "previous_hours": [4_991_500], "previous_date": [date(2026, 1, 30)]})
joined = join_reference(rows, Reference(1, plants, machines, before), day=day, rules=settings.rules)
judged = apply_rules(joined, stream="running_time", settings=settings, days=(day, day))
assert len(resolve_duplicates(joined, lambda places: dict.fromkeys(places, b""))) == 1
assert len(plan_batches(settings, Scope("running_time", day, day))) == 1
print(rows["running_hours"].to_list(), {row: found.code for row, found in judged.rejected.items()}, judged.warnings)
"""


@pytest.mark.feature("ARC-01")
def test_records_are_mapped_and_judged_where_there_is_neither_airflow_nor_a_database_driver() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _WITHOUT_AIRFLOW],
        capture_output=True, text=True, timeout=300, cwd=ROOT, env={"PYTHONPATH": str(ROOT / "include")},
    )  # fmt: skip
    assert done.stdout.splitlines()[-1:] == ["[8500, -8500] {1: 'NEGATIVE_HOURS'} {1: {'HOURS_MISMATCH'}}"], (
        done.stderr[-3000:]
    )


@pytest.mark.feature("PKG-01")
def test_one_module_knows_which_mysql_driver_there_is() -> None:
    for file in _modules(ROOT / "include"):
        if file.name != "mysql_driver.py":
            assert not {"MySQLdb", "pymysql"} & set(_imports(file)), file
