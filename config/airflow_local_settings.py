"""Airflow executes this file when one of its programs starts; it lies in ``$AIRFLOW_HOME/config``.

An Airflow that has such a file already keeps it, and takes the two lines below into it.
"""

from cmms.task_imports import import_for_tasks

import_for_tasks()
