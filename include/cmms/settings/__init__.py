"""The settings of a site: the object and its sections, the file, and the versions stored in the database.

What others use of them is named here; ``settings_file`` finds the file, ``stored_versions`` says which settings count.
"""

from __future__ import annotations

from cmms.airflow_names import API_CONNECTION, MYSQL_CONNECTION, POOL, SLACK_CONNECTION, SMTP_CONNECTION
from cmms.settings.section import Frozen
from cmms.settings.sections import Alerts, Engine, Retention, Rules, Schedule, Storage, View
from cmms.settings.settings_file import load_settings
from cmms.settings.site_settings import Settings, parse_settings
from cmms.settings.source_settings import Auth, Pagination, Retries, Timeouts
from cmms.settings.stream_settings import Numbers, StreamSettings

__all__ = [
    "API_CONNECTION",
    "MYSQL_CONNECTION",
    "POOL",
    "SLACK_CONNECTION",
    "SMTP_CONNECTION",
    "Alerts",
    "Auth",
    "Engine",
    "Frozen",
    "Numbers",
    "Pagination",
    "Retention",
    "Retries",
    "Rules",
    "Schedule",
    "Settings",
    "Storage",
    "StreamSettings",
    "Timeouts",
    "View",
    "load_settings",
    "parse_settings",
]
