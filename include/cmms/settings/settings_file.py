"""The settings file and the list of plants of a site: where they are, and what the file says.

Input: the environment. Output: a path, or :class:`~cmms.settings.Settings`. Both files lie outside the package, so that
an upgrade never overwrites them: the file named by ``CMMS_CONFIG_FILE``, else ``$AIRFLOW_HOME/cmms/cmms.yaml``, with
``plants.csv`` beside it. Without either, the package's defaults count.
"""

from __future__ import annotations

import os
from pathlib import Path

import yaml

from cmms.errors import SettingsError
from cmms.package_files import find_folder
from cmms.settings.site_settings import Settings, parse_settings

SETTINGS_NAME = "cmms.yaml"
PLANTS_NAME = "plants.csv"

DEFAULT_FILE = find_folder("config") / SETTINGS_NAME
"""include/config/cmms.yaml, documented inline."""


def site_folder() -> Path:
    """``$AIRFLOW_HOME/cmms``, whether it exists or not."""
    return Path(os.environ.get("AIRFLOW_HOME") or "~/airflow").expanduser() / "cmms"


def find_settings_file() -> Path:
    """The settings file that counts. One that ``CMMS_CONFIG_FILE`` names counts even if it is missing."""
    if named := os.environ.get("CMMS_CONFIG_FILE"):
        return Path(named)
    own = site_folder() / SETTINGS_NAME
    return own if own.exists() else DEFAULT_FILE


def find_plants_file() -> Path:
    """The list of plants beside the settings file, else that of the site, else the demo's, which the package brings."""
    candidates = (find_settings_file().parent / PLANTS_NAME, site_folder() / PLANTS_NAME)
    return next((file for file in candidates if file.exists()), DEFAULT_FILE.parent / PLANTS_NAME)


def load_settings(path: str | Path | None = None) -> Settings:
    """Read the settings file: ``path``, else the one of :func:`find_settings_file`.

    Raises:
        SettingsError: file missing, not YAML, or a field is wrong.
    """
    file = Path(path or find_settings_file())
    try:
        raw = yaml.safe_load(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"settings file {file}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise SettingsError(f"settings file {file} is not UTF-8: save it again as UTF-8") from None
    except yaml.YAMLError as error:
        raise SettingsError(f"settings file {file} is no valid YAML: {error}") from None
    return parse_settings(raw, origin=str(file))
