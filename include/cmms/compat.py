"""Private interfaces of Airflow's providers that the package leans on, in one place; ``cmms_ui.compat``: of the view.

Checked on the providers mysql 6.7 and smtp 3.2. ``tests/contract/test_private_interfaces.py`` fails with the name of
the interface when a new version has changed one.
"""

from __future__ import annotations

import smtplib
from email.message import EmailMessage
from typing import Any


def read_mysql_options(connection_id: str, stored: Any) -> dict[str, Any]:
    """What Airflow's MySQL provider would give the driver for a stored connection.

    Raises:
        ImportError: The provider is not installed.
    """
    from airflow.providers.mysql.hooks.mysql import MySqlHook

    options: dict[str, Any] = MySqlHook(connection_id)._get_conn_config_mysql_client(stored)
    return options


def send_mail(hook: Any, mail: EmailMessage) -> None:
    """Send a ready message by a connected SmtpHook, whose own way makes the message itself, of HTML only."""
    client: smtplib.SMTP = hook._smtp_client
    client.send_message(mail)


def close_mail(hook: Any) -> None:
    """Close the socket of an SmtpHook, if it has one."""
    if hook._smtp_client is not None:
        hook._smtp_client.close()
