"""Registers the CMMS view in Airflow: a navigation entry, and an application under ``/cmms``. Registration only.

The scheduler, the DAG processor and every worker load this file too. So nothing is built here: the application comes
into being with its first request, in the API server.
"""

from typing import Any

from airflow.plugins_manager import AirflowPlugin

from cmms_ui.mount import LazyApplication

URL_PREFIX = "/cmms"


class CmmsPlugin(AirflowPlugin):
    """The view of CMMS Sync."""

    name = "cmms"
    fastapi_apps: list[Any] = [  # noqa: RUF012, as Airflow declares it
        {"name": "CMMS", "app": LazyApplication(), "url_prefix": URL_PREFIX},
    ]
    external_views: list[Any] = [  # noqa: RUF012
        {
            "name": "CMMS",
            "href": f"{URL_PREFIX}/",
            "url_route": "cmms",
            "destination": "nav",
            "icon": f"{URL_PREFIX}/assets/cmms-light.svg",
            "icon_dark_mode": f"{URL_PREFIX}/assets/cmms-dark.svg",
        },
    ]
