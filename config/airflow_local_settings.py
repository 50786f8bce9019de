"""Airflow executes this file when one of its programs starts; it lies in ``$AIRFLOW_HOME/config``.

An Airflow that has such a file already takes the lines below into it. Where the package cannot be found, Airflow runs
on: every other team's DAGs and commands depend on this file too.
"""

import logging

try:
    from cmms.task_imports import import_for_tasks
except ImportError as error:
    logging.getLogger(__name__).warning(
        "CMMS Sync is not importable here (%s): install its wheel, or add include/ to PYTHONPATH. Airflow runs on.",
        error,
    )
else:
    import_for_tasks()
