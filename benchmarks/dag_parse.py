"""How long Airflow takes to parse each DAG file, in a fresh process, once Airflow itself is imported.

Output: seconds by file. Target: at most 1 s a file.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tools.state_folder import REPOSITORY

TARGET_SECONDS = 1.0
_PARSE = """
import json, pathlib, sys, warnings
warnings.simplefilter("ignore")
from airflow.dag_processing.dagbag import DagBag
bag = DagBag(sys.argv[1], bundle_name="dags", bundle_path=pathlib.Path(sys.argv[2]))
assert not bag.import_errors, bag.import_errors
print(json.dumps(sum(file.duration.total_seconds() for file in bag.dagbag_stats)))
"""


def measure_parse(folder: Path) -> dict[str, float]:
    """Parse every file of ``dags/``; ``folder`` is Airflow's home meanwhile."""
    environment = {
        **os.environ,
        "AIRFLOW_HOME": str(folder / "airflow-parse"),
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "ERROR",
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(folder / "no-plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    }
    seconds = {}
    for file in sorted((REPOSITORY / "dags").glob("*.py")):
        command = [sys.executable, "-c", _PARSE, str(file), str(file.parent)]
        ran = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
        seconds[file.stem] = round(float(json.loads(ran.stdout.splitlines()[-1])), 3)
    return seconds
