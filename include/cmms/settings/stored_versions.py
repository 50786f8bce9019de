"""The versions of the settings that ``config_versions`` holds. Input: a connection. Output: the settings that count."""

from __future__ import annotations

import json

from cmms.database import query
from cmms.mysql_types import Connection
from cmms.settings.settings_file import load_settings
from cmms.settings.site_settings import Settings, parse_settings


def current_settings(connection: Connection) -> tuple[Settings, int | None]:
    """Settings for a new run, and the id of the stored version they come from (None: from the file)."""
    stored = query(connection, "settings/newest_version")
    if not stored:
        return load_settings(), None
    body = stored[0]["body"]
    raw = json.loads(body) if isinstance(body, str | bytes) else body
    return parse_settings(raw, origin=f"settings version {stored[0]['version']}"), int(stored[0]["id"])
