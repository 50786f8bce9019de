"""Read an Airflow connection, wherever a site keeps it: metadata database, environment, secrets backend.

Input: a connection's name. Output: the connection, or an error that names it and says how to define it.
"""

from __future__ import annotations

import os
from typing import Any

from cmms.errors import SettingsError

UNREADABLE = (
    "If it is defined, Airflow cannot read it here: check that [database] sql_alchemy_conn and [core] fernet_key are"
    " those of Airflow's services, and that the variable holds valid JSON or a valid URI."
)
"""Airflow reports a connection that it cannot decrypt or parse as missing."""


def look_into_metadata_database() -> None:
    """Find connections in Airflow's metadata database outside of its services too; before anything imports Airflow.

    Airflow's own commands do the same. In a task nothing of it is needed: there its supervisor is asked.
    """
    os.environ.setdefault("_AIRFLOW_PROCESS_CONTEXT", "server")


def read_airflow_connection(name: str) -> Any:
    """The connection of this name.

    Raises:
        SettingsError: it is not defined.
    """
    from airflow.sdk import BaseHook
    from airflow.sdk.exceptions import AirflowNotFoundException

    try:
        return BaseHook.get_connection(name)
    except AirflowNotFoundException:
        raise undefined_connection(name) from None


def undefined_connection(name: str) -> SettingsError:
    """Names the connection and the ways to define it."""
    return SettingsError(
        f"the Airflow connection {name} is not defined: add it in Airflow (Admin > Connections), by"
        f" `airflow connections add {name} ...`, in a secrets backend, or as the variable AIRFLOW_CONN_{name.upper()}."
        f" {UNREADABLE}"
    )
