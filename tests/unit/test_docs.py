"""The documentation names what is there, and what is there is documented.

A new command, option, setting, table, code, error, make target, step, dependency or decision without its line in the
documentation fails here.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from cmms import cli, errors
from cmms.settings import Frozen, Settings

REPOSITORY = Path(__file__).parents[2]
DECISIONS = sorted((REPOSITORY / "docs/decisions").glob("*.md"))
PAGES = [
    REPOSITORY / "README.md",
    REPOSITORY / "CONTRIBUTING.md",
    REPOSITORY / "CHANGELOG.md",
    REPOSITORY / "docs/architecture.md",
    REPOSITORY / "docs/glossary.md",
    REPOSITORY / "docs/operations.md",
    REPOSITORY / "docs/hosted.md",
    *DECISIONS,
]
FOLDERS = "dags|plugins|include|tests|docs|tools|benchmarks"


def _text(name: str) -> str:
    return (REPOSITORY / name).read_text(encoding="utf-8")


def _code_words(name: str) -> set[str]:
    """Everything between backticks, and every word inside them."""
    spans = re.findall(r"`([^`\n]+)`", _text(name))
    return {word for span in spans for word in (span, *re.findall(r"[\w.-]+", span))}


def _anchors(page: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_that_a_page_names_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    named = re.findall(rf"(?<!new )`((?:{FOLDERS})/[\w./-]+)`", text)  # an example of CONTRIBUTING names new ones
    named += re.findall(r"`((?:requirements|docker-compose|Dockerfile|Makefile|pyproject)[\w.-]*)`", text)
    missing = [name for name in named if not (REPOSITORY / name).exists()]
    assert not missing


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)\s]+)\)", page.read_text(encoding="utf-8")):
        path, _, anchor = target.partition("#")
        linked = (page.parent / path).resolve() if path else page
        assert linked.exists(), target
        assert not anchor or anchor in _anchors(linked), target


PATHS = {
    "One record": "include/cmms",
    "One click": "include/cmms_ui",
    "One work order": "include/cmms/maintenance",
}
"""Chapter of the architecture page -> the folder below which its files are, unless their path says otherwise."""


@pytest.mark.parametrize("chapter", PATHS)
def test_every_file_of_the_paths_exists(chapter: str) -> None:
    text = _text("docs/architecture.md").split(f"\n## {chapter}")[1].split("\n## ")[0]
    named = re.findall(r"`([\w./-]+\.(?:py|sql|js))`", text)
    folders = (PATHS[chapter], "include/sql/maintenance", "")
    missing = [name for name in named if not any((REPOSITORY / folder / name).exists() for folder in folders)]
    assert (len(named) > 10, missing) == (True, [])


def test_every_step_has_a_row_in_the_data_flow_table() -> None:
    rows = set(re.findall(r"`(include/cmms/sync/\w+\.py)`", _text("README.md")))
    not_steps = {"records", "run_context", "merge_outcome", "stream_rows"}  # vocabulary and reading
    steps = {
        f"include/cmms/sync/{file.name}"
        for file in (REPOSITORY / "include/cmms/sync").glob("*.py")
        if file.stem not in not_steps
    }
    assert steps <= rows


def test_every_row_of_the_data_flow_table_has_step_file_sql_and_tests() -> None:
    table = _text("README.md").split("<!-- data-flow:begin -->")[1].split("<!-- data-flow:end -->")[0]
    rows = [[cell.strip() for cell in line[1:-1].split("|")] for line in table.splitlines() if line[:1] == "|"]
    for row in rows[2:]:
        assert len(row) == 4, row
        assert row[0] in ("what", "---") or (row[1] and re.search(r"`tests/|^tests$", row[3])), row
        assert all(name.startswith("`include/sql/") for name in re.findall(r"`[^`]+`", row[2])), row


def test_every_dag_is_described() -> None:
    for name in (file.stem for file in (REPOSITORY / "dags").glob("*.py")):
        assert f"| `{name}` |" in _text("docs/operations.md"), name
        assert name in _code_words("README.md"), name


def _fields(section: Frozen) -> Iterator[str]:
    for name in type(section).model_fields:
        value = getattr(section, name)
        if isinstance(value, Frozen):
            yield from _fields(value)
        else:
            yield name


def test_every_setting_is_listed_in_the_operations_page() -> None:
    chapter = _text("docs/operations.md").split("\n## Settings\n")[1].split("\n## ")[0]
    listed = set(re.findall(r"`(\w+)`", chapter))
    assert set(_fields(Settings())) - listed == set()
    sections = set(re.findall(r"`([a-z_]+)[`.]", _text("README.md")))
    assert set(Settings.model_fields) <= sections


def test_no_setting_is_listed_that_does_not_exist() -> None:
    chapter = _text("docs/operations.md").split("\n## Settings\n")[1].split("\n## ")[0]
    for row in re.findall(r"^\| `?[^|]+\| (`.+) \|$", chapter, re.MULTILINE):
        assert set(re.findall(r"`(\w+)`", row)) <= set(_fields(Settings()))


def _commands(parser: argparse.ArgumentParser, name: str) -> Iterator[tuple[str, list[str]]]:
    groups = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not groups:
        options = [option for action in parser._actions for option in action.option_strings[-1:]]
        yield name, [option for option in options if option != "--help"]
    for group in groups:
        for command, child in group.choices.items():
            yield from _commands(child, f"{name} {command}".strip())


def test_every_command_and_option_is_documented() -> None:
    words = _code_words("docs/operations.md")
    for command, options in _commands(cli._parser(), ""):
        assert f"python -m cmms {command}" in words, command
        assert command.split()[0] in _code_words("README.md"), command
        if command != "simulate":  # its own --help lists them
            assert not [option for option in options if option not in words], command


def test_every_table_is_documented() -> None:
    schema = "".join(file.read_text(encoding="utf-8") for file in (REPOSITORY / "include/sql/schema").glob("*.sql"))
    tables = set(re.findall(r"^CREATE TABLE (?:IF NOT EXISTS )?(\w+)", schema, re.MULTILINE))
    assert "equipment_running_times" in tables
    assert tables - _code_words("docs/operations.md") == set()


def test_every_code_is_documented() -> None:
    codes = {
        rule["meta"]["code"]
        for file in (REPOSITORY / "include/expectations").glob("*.json")
        for rule in json.loads(file.read_text(encoding="utf-8"))["expectations"]
    }
    assert codes - _code_words("docs/operations.md") == set()


def test_every_error_that_can_end_a_run_is_documented() -> None:
    words = _code_words("docs/operations.md")
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    kinds = [kind for kind in kinds if issubclass(kind, errors.CmmsError)]
    leaves = {kind.__name__ for kind in kinds if not any(kind in other.__bases__ for other in kinds)}
    assert leaves - words == set()


def test_every_make_target_is_documented() -> None:
    targets = set(re.findall(r"^([a-z]+):.*## ", _text("Makefile"), re.MULTILINE))
    documented = set(re.findall(r"^\| `make (\w+)` \|", _text("README.md"), re.MULTILINE))
    assert documented == targets - {"help"}


def test_every_environment_variable_is_documented() -> None:
    sources = [file for folder in ("include", "tools", "dags") for file in (REPOSITORY / folder).rglob("*.py")]
    text = "".join(file.read_text(encoding="utf-8") for file in [*sources, REPOSITORY / "tests/conftest.py"])
    read = set(re.findall(r"\b(CMMS_[A-Z_]+[A-Z])\b", text))
    assert "CMMS_CONFIG_FILE" in read
    assert read - _code_words("docs/operations.md") == set()


def _requested(name: str) -> set[str]:
    return set(re.findall(r"^([A-Za-z][\w.-]*)", _text(name), re.MULTILINE))


def test_every_dependency_has_its_reason_in_decision_0001() -> None:
    named = set(
        re.findall(
            r"`([\w.@/-]+)`",
            "".join(re.findall(r"^\| (`[^|]+) \|", _text("docs/decisions/0001-dependencies.md"), re.MULTILINE)),
        )
    )
    node = set(json.loads(_text("package.json"))["devDependencies"])
    assert named == _requested("requirements.in") | _requested("requirements-dev.in") | node


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_every_requested_package_is_compiled_and_everything_is_pinned(name: str) -> None:
    lines = [line for line in _text(f"{name}.txt").splitlines() if re.match(r"^[A-Za-z]", line)]
    assert all("==" in line for line in lines)
    pinned = {re.split(r"[\[=]", line)[0].lower().replace("_", "-") for line in lines}
    assert {package.lower().replace("_", "-") for package in _requested(f"{name}.in")} <= pinned
    asked = [line for line in _text(f"{name}.in").splitlines() if re.match(r"^[A-Za-z]", line)]
    assert all("#" in line for line in asked), "each with its reason"


def test_every_decision_is_linked_and_carries_its_number() -> None:
    architecture = _text("docs/architecture.md")
    assert DECISIONS
    for page in DECISIONS:
        number = page.name[:4]
        assert f"](decisions/{page.name})" in architecture, page.name
        assert page.read_text(encoding="utf-8").startswith(f"# {number}: "), page.name
    assert len({page.name[:4] for page in DECISIONS}) == len(DECISIONS)


def test_the_changelog_has_the_current_version() -> None:
    version = re.search(r'^version = "(.+)"$', _text("pyproject.toml"), re.MULTILINE)
    assert version
    assert f"\n## {version[1]}" in _text("CHANGELOG.md")


def test_no_page_holds_a_path_of_a_developer() -> None:
    for page in PAGES:
        assert not re.search(r"/home/|/root/|/work/|/Users/", page.read_text(encoding="utf-8")), page.name
