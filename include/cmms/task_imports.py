"""What tasks import, imported once by the program that forks them.

Airflow forks each task from a Celery worker, or with the LocalExecutor from the scheduler. Great Expectations with
pandas and scipy takes more than two seconds of processor time to import (docs/performance.md): imported before the
fork, every task has it for nothing, and all share its memory. Called by ``config/airflow_local_settings.py``; without
that call tasks import for themselves. Airflow's other programs import nothing here.
"""

from __future__ import annotations

import importlib
import logging
import os
import sys

_log = logging.getLogger(__name__)
_MODULES = (
    "great_expectations",
    "airflow.providers.http.hooks.http",
    "airflow.providers.mysql.hooks.mysql",
    "cmms.dag_tasks.sync_steps",
    "cmms.operations.validate_stored",
    "cmms.sync.replay_rejects",
    "cmms.sync.run_sync",
    "cmms.sync.validate.validate_units",
)
_OPTIONAL = ("airflow.providers.mysql.hooks.mysql",)
"""Sites with the pure driver alone do not have it."""


def import_for_tasks() -> None:
    """Import what tasks import, if this program forks tasks.

    What cannot be imported is left to the tasks, whose own error says more: Airflow serves other DAGs too.
    """
    if not _forks_tasks(sys.argv[1:]):
        return
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    for module in _MODULES:
        try:
            importlib.import_module(module)
        except ImportError as error:
            level = logging.DEBUG if module in _OPTIONAL else logging.WARNING
            _log.log(level, "%s is not imported ahead of the tasks that need it: %s", module, error)


def _forks_tasks(words: list[str]) -> bool:
    if words[:2] == ["celery", "worker"]:
        return True
    if words[:1] == ["scheduler"]:
        from airflow.configuration import conf

        return "LocalExecutor" in conf.get("core", "executor")
    return False
