"""The day it is at the site: by which maintenance asked for by a person is judged."""

from __future__ import annotations

from datetime import date, datetime

from cmms.settings import load_settings


def site_today() -> date:
    """Today in the site's time zone. A scheduled run goes by its own day instead."""
    return datetime.now(load_settings().zone).date()
