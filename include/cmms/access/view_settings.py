"""The settings of the site, as they are now, for the view. Output: :class:`cmms.settings.View`, the site's zone."""

from __future__ import annotations

import logging
from zoneinfo import ZoneInfo

from cmms.access.connections import raw_session
from cmms.errors import CmmsError
from cmms.settings import Settings, View
from cmms.settings.stored_versions import current_settings

log = logging.getLogger(__name__)


def read_view_settings() -> View:
    """Those of the newest stored version, else of the file."""
    return read_settings().view


def read_zone() -> ZoneInfo:
    """Where the site is: a day that somebody asks for is a day there, whoever asks."""
    try:
        return read_settings().zone
    except CmmsError as error:
        log.warning("Days are those of UTC, for the site's settings cannot be read: %s", error)
        return ZoneInfo("UTC")


def read_settings() -> Settings:
    """Those with which a run would be opened now."""
    with raw_session() as connection:
        return current_settings(connection)[0]
