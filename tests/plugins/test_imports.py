"""The API server shows every page without the libraries of the rules: they take seconds and hundreds of megabytes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from tests.plugins.view_site import airflow_environment, inherit_environment
from tools.state_folder import REPOSITORY

HEAVY = ("great_expectations", "polars", "pandas", "pyarrow")
_PROGRAM = """
import json, sys
sys.path.insert(0, "plugins")
import cmms_plugin
import cmms_ui.build_application
from cmms_ui.build_application import build_application
from cmms_ui.resources import RESOURCES
from cmms.access.actors import Actor, Capability
from cmms.listing.read_list import read_badges
build_application()
modules = {name.split(".")[0] for name in sys.modules}
print(json.dumps(sorted(modules & set(HEAVY))))
""".replace("HEAVY", repr(HEAVY))


@pytest.mark.feature("UIF-08", "DLQ-03")
def test_building_the_view_imports_no_library_of_the_rules(seeded: dict[str, Any], tmp_path: Any) -> None:
    environment = {
        **inherit_environment(),
        **airflow_environment(tmp_path / "home", seeded),
        "PATH": os.environ["PATH"],
    }
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _PROGRAM],
        capture_output=True, text=True, timeout=300, cwd=REPOSITORY, env=environment,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    assert json.loads(done.stdout.splitlines()[-1]) == []


@pytest.mark.feature("UIF-08")
def test_no_service_of_the_view_starts_a_process() -> None:
    """Only the simulator does, and what the diagnosis looks at."""
    found = [
        str(file.relative_to(REPOSITORY))
        for file in (REPOSITORY / "include").rglob("*.py")
        if "subprocess" in file.read_text(encoding="utf-8") and "simulator" not in file.parts
    ]
    assert found == []
