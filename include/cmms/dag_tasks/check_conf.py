"""Refuse what a run was given and nobody would read: a misspelt key must not sync another day than was meant.

Input: the run's conf, from the trigger form, the command line, the API or another DAG. Output: its values over the
DAG's defaults, or an error that names the key. Airflow itself checks the values of known keys only.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from cmms.errors import SettingsError

RECONCILE_KEYS = ("start_date", "end_date", "plant_codes")
"""The params of the DAG ``cmms_reconcile_sources``."""
REQUEST_KEYS = ("work", "stream", "ids", "codes", "report", "change", "asked_by")
"""The params of the DAG ``cmms_on_request``."""


def check_conf(
    conf: Mapping[str, Any] | None, known: Collection[str] = (), defaults: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The run's values.

    Args:
        conf: what the run was started with.
        known: the keys that the DAG reads.
        defaults: values of keys that ``conf`` does not name.

    Raises:
        SettingsError: ``conf`` has a key that the DAG does not read.
    """
    given = dict(conf or {})
    if unknown := [key for key in given if key not in known]:
        names = ", ".join(f"'{str(key)[:60]}'" for key in unknown[:5])
        allowed = f"this DAG takes {', '.join(known)}" if known else "this DAG takes none"
        raise SettingsError(f"conf: unknown key {names}; {allowed}")
    return {**(defaults or {}), **given}
