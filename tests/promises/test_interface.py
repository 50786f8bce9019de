"""What others rely on of the released version is there in the present one: names, addresses, fields, words."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cmms.cli import main
from tests.plugins.conftest import ClientFor
from tests.promises.conftest import UpgradedSite
from tests.promises.interface import read_command_line, read_constants, read_dags, read_log_keys, read_rest, read_tables
from tools.state_folder import REPOSITORY

pytestmark = pytest.mark.feature("TEST-26")


def find_broken(frozen: Any, present: Any, where: str = "") -> list[str]:
    """What of ``frozen`` is not in ``present``: keys of mappings, parts of lists; plain values must be equal."""
    if isinstance(frozen, dict) and isinstance(present, dict):
        return [
            broken
            for key, value in frozen.items()
            for broken in (find_broken(value, present[key], f"{where}/{key}") if key in present else [f"{where}/{key}"])
        ]
    if isinstance(frozen, list) and isinstance(present, list | set):
        return [f"{where}/{part}" for part in frozen if part not in present]
    return [] if frozen == present else [f"{where}: {frozen!r} is {present!r}"]


def test_the_comparison_finds_what_is_gone() -> None:
    frozen = {"a": {"b": ["x", "y"]}, "c": 1, "d": {}}
    assert find_broken(frozen, {"a": {"b": ["y", "z"]}, "c": 2, "e": 0}) == ["/a/b/x", "/c: 1 is 2", "/d"]
    assert find_broken(frozen, {**frozen, "more": 1}) == []


def test_rest_paths_fields_sorts_filters_and_actions(site: UpgradedSite, client_for: ClientFor) -> None:
    assert find_broken(site.promises["rest"], read_rest(client_for("admin"))) == []


def test_commands_and_their_options(site: UpgradedSite) -> None:
    assert find_broken(site.promises["command_line"], read_command_line(main)) == []


def test_dags_with_parameters_tasks_pools_and_assets(site: UpgradedSite) -> None:
    assert find_broken(site.promises["dags"], read_dags(REPOSITORY / "dags")) == []


def test_tables_and_columns(site: UpgradedSite) -> None:
    assert find_broken(site.promises["tables"], read_tables(site.query)) == []


@pytest.mark.parametrize("kind", ["environment", "codes", "audit", "alerts", "connections"])
def test_words_that_are_stored_sent_or_set_outside(site: UpgradedSite, kind: str) -> None:
    assert site.promises["words"][kind]
    assert find_broken(site.promises["words"][kind], read_constants(REPOSITORY)) == []


def test_keys_of_the_log_file(site: UpgradedSite, tmp_path: Path) -> None:
    file = tmp_path / "log.json"
    environment = {**os.environ, "CMMS_LOG_FILE": str(file), "PYTHONPATH": "include:."}
    subprocess.run([sys.executable, "-c", _WRITE], env=environment, cwd=REPOSITORY, check=True)
    assert find_broken(site.promises["log_keys"], read_log_keys(file)) == []


_WRITE = """
import logging
from structlog.contextvars import bound_contextvars
from cmms.log_file import log_to_file
log_to_file()
with bound_contextvars(sync_log_id=7):
    logging.getLogger("cmms.sync").warning("a line")
"""
