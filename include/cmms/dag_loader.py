"""Our DAGs by one file in the site's DAGs folder. Input: that module's globals. Output: the DAGs in them.

::

    from cmms.dag_loader import load_dags  # DAGs of CMMS Sync for Airflow

    load_dags(globals())
"""

from __future__ import annotations

import runpy
from typing import Any

from airflow.sdk import DAG

from cmms.package_files import find_folder


def load_dags(module_globals: dict[str, Any]) -> None:
    """Run every DAG file of the package, and put its DAGs where Airflow looks for them."""
    for file in sorted(find_folder("dags").glob("*.py")):
        for value in runpy.run_path(str(file)).values():
            if isinstance(value, DAG):
                module_globals[value.dag_id] = value
