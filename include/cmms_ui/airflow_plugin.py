"""The CMMS view as an Airflow plugin: a navigation entry, and an application under ``/cmms``. Registration only.

Airflow finds it by the wheel's entry point, or by ``plugins/cmms_plugin.py`` where the folders were copied.
The scheduler, the DAG processor and every worker load it too. So nothing is built here: the application comes into
being with its first request, in the API server.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from airflow.plugins_manager import AirflowPlugin

from cmms_ui.asgi.full_addresses import FullAddresses
from cmms_ui.mount import LazyApplication

MOUNT = "cmms"
"""Addresses of the menu entry are relative to Airflow's own base address, so that they hold below a sub-path too."""

log = logging.getLogger(__name__)


class CmmsPlugin(AirflowPlugin):
    """The view of CMMS Sync."""

    name = "cmms"
    fastapi_apps: list[Any] = [  # noqa: RUF012, as Airflow declares it
        {"name": "CMMS", "app": LazyApplication(), "url_prefix": f"/{MOUNT}"},
    ]
    fastapi_root_middlewares: list[Any] = [  # noqa: RUF012
        {"name": "CMMS addresses", "middleware": FullAddresses, "args": [], "kwargs": {}},
    ]
    external_views: list[Any] = [  # noqa: RUF012
        {
            "name": "CMMS",
            "href": f"{MOUNT}/",
            "url_route": "cmms",
            "destination": "nav",
            "icon": f"{MOUNT}/assets/cmms-light.svg",
            "icon_dark_mode": f"{MOUNT}/assets/cmms-dark.svg",
        },
    ]

    @classmethod
    def on_load(cls, *args: Any, **kwargs: Any) -> None:
        """Report what an upgrade by copying folders has left behind."""
        if stale := find_stale_folder():
            log.error(
                "%s is left from an earlier version of CMMS Sync, and its files are loaded as plugins of their own: "
                "delete this folder and restart. The view is now a package beside cmms.",
                stale,
            )


def find_stale_folder() -> Path | None:
    """The folder of the view in the plugins folder, where versions before 0.1.0 had it."""
    from airflow.configuration import conf

    folder = Path(conf.get("core", "plugins_folder")) / "cmms_ui"
    return folder if folder.is_dir() else None
