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
from cmms.access.actors import Actor, Capability
from cmms.access.connections import raw_session
from cmms.quarantine.check_rejects import check_rejects
from cmms_ui.asgi import guard
from cmms_ui.build_application import build_application
from cmms_ui.resources import RESOURCES

build_application("/cmms")
guard._actor.set(Actor("ann", frozenset(Capability)))
for resource in RESOURCES.values():
    for widget in (*resource.widgets, *(widget for tab in resource.tabs for widget in tab.widgets)):
        widget.render(widget.load({option.name: str(option.default) for option in widget.options}))
with raw_session() as connection:
    assert check_rejects(connection, range(1, 100))
print(json.dumps(sorted(name for name in HEAVY if name in sys.modules)))
""".replace("HEAVY", repr(HEAVY))


@pytest.mark.feature("UIF-08", "DLQ-03")
def test_serving_the_view_and_judging_a_correction_imports_no_library_of_the_rules(
    seeded: dict[str, Any], tmp_path: Any
) -> None:
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
