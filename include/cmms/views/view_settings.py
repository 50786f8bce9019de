"""The settings of the view, as they are now. Output: :class:`cmms.settings.View`."""

from __future__ import annotations

from cmms.settings import View
from cmms.views.connections import raw_session


def read_view_settings() -> View:
    """Those of the newest stored version, else of the file."""
    from cmms.sync.open_run import current_settings

    with raw_session() as connection:
        return current_settings(connection)[0].view
