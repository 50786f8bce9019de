"""Which of Airflow's programs import ahead what tasks need."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tools.state_folder import REPOSITORY

_TELL = "import sys, airflow.settings; airflow.settings.initialize(); print('great_expectations' in sys.modules)"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "executor", "expected"),
    [
        (["celery", "worker"], "CeleryExecutor", "True"),
        (["scheduler"], "LocalExecutor", "True"),
        (["scheduler"], "CeleryExecutor", "False"),
        (["dag-processor"], "LocalExecutor", "False"),
        (["api-server"], "LocalExecutor", "False"),
    ],
)
def test_only_a_program_that_forks_tasks_imports_ahead(
    words: list[str], executor: str, expected: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    environment = {
        **os.environ,
        "AIRFLOW_HOME": str(tmp_path_factory.mktemp("airflow")),
        "AIRFLOW__CORE__EXECUTOR": executor,
        "PYTHONPATH": os.pathsep.join(str(REPOSITORY / name) for name in ("include", "config")),
    }
    told = subprocess.run([sys.executable, "-c", _TELL, *words], env=environment, capture_output=True, text=True)
    assert told.stdout.split()[-1:] == [expected], told.stderr


def test_what_cannot_be_imported_is_left_to_the_tasks(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from cmms import task_imports

    monkeypatch.setattr(sys, "argv", ["airflow", "celery", "worker"])
    monkeypatch.setattr(task_imports, "_MODULES", ("no_such_library", "no_such_driver", "cmms.settings"))
    monkeypatch.setattr(task_imports, "_OPTIONAL", ("no_such_driver",))
    task_imports.import_for_tasks()
    assert "no_such_library is not imported ahead" in caplog.text
    assert "no_such_driver" not in caplog.text


@pytest.mark.feature("PKG-01")
def test_airflow_runs_on_where_the_package_is_not_importable() -> None:
    file = REPOSITORY / "config/airflow_local_settings.py"
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run([sys.executable, "-P", str(file)], cwd="/", env=environment, capture_output=True, text=True)
    assert done.returncode == 0
    assert "CMMS Sync is not importable here (No module named 'cmms')" in done.stderr and "Traceback" not in done.stderr
