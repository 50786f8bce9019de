"""The site's own settings and plants in ``$AIRFLOW_HOME/cmms``: written once, never over what is there.

Input: the package's default settings. Output: the files written.
"""

from __future__ import annotations

from pathlib import Path

from cmms.errors import StorageUnavailable
from cmms.seed_plants import read_plants, read_plants_file
from cmms.settings.settings_file import DEFAULT_FILE, PLANTS_NAME, SETTINGS_NAME, site_folder


def write_site_files(plants: Path | None = None) -> list[Path]:
    """Write ``cmms.yaml`` and ``plants.csv`` where they are missing.

    Args:
        plants: the site's list of plants, to be copied; None: a list without plants, to be filled in.

    Raises:
        SettingsError: the list of plants cannot be read, or a plant in it is wrong.
        StorageUnavailable: the folder cannot be written.
    """
    folder = site_folder()
    listed = _read_plants(plants) if plants else "plant_code,name\n"
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        settings = DEFAULT_FILE.read_text(encoding="utf-8")
        for name, text in ((SETTINGS_NAME, settings), (PLANTS_NAME, listed)):
            if _write_once(folder / name, text):
                written.append(folder / name)
    except OSError as error:
        raise StorageUnavailable(f"{folder} cannot be written: {error.strerror}") from error
    return written


def _read_plants(file: Path) -> str:
    text = read_plants_file(file)
    read_plants(text.splitlines(), origin=f"plants file {file}")
    return text


def _write_once(file: Path, text: str) -> bool:
    try:
        with file.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError:
        return False
    return True
