"""The current day at the site, for maintenance work that a person requests."""

from __future__ import annotations

from datetime import date, datetime

from cmms.database import Connection, session
from cmms.settings.stored_versions import current_settings


def site_today(connection: Connection | None = None) -> date:
    """Today in the site's time zone, by the settings in force. A scheduled run goes by its own day instead.

    Args:
        connection: one that is open; without it, a session of its own.
    """
    if connection is None:
        with session() as own:
            return site_today(own)
    return datetime.now(current_settings(connection)[0].zone).date()
