"""Plants from a CSV file: the source has no feed of them, and a record of an unknown plant is rejected."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from cmms.database import Cursor, execute, insert_many, run_transaction, session
from cmms.errors import SettingsError
from cmms.parse_input import check_text


def seed_plants(file: Path) -> int:
    """Add the plants of ``file`` (columns plant_code and name); those that exist stay as they are.

    Returns:
        How many plants the file names.

    Raises:
        SettingsError: as :func:`read_plants_file` and :func:`read_plants` say.
    """
    return add_plants(read_plants(read_plants_file(file).splitlines(), origin=f"plants file {file}"))


def read_plants_file(file: Path) -> str:
    """The file's text, without the mark that spreadsheets write before it.

    Raises:
        SettingsError: it is missing, cannot be read, or is not UTF-8.
    """
    try:
        return file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise SettingsError(f"plants file {file}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise SettingsError(f"plants file {file} is not UTF-8: save it again as CSV in UTF-8") from None


def read_plants(lines: Sequence[str], *, origin: str) -> list[dict[str, str]]:
    """Plants of CSV lines, the first of which names the columns.

    Raises:
        SettingsError: no such column; a code is empty or longer than 10 characters, a text cannot be stored: names
            the line.
    """
    reader = csv.DictReader(lines)
    try:
        reader.fieldnames = [name.strip() for name in reader.fieldnames or ()]
        if "plant_code" not in reader.fieldnames:
            raise SettingsError(f"{origin}: its first line must be plant_code,name (with a comma between them)")
        rows = [
            {"plant_code": (row.get("plant_code") or "").strip(), "name": (row.get("name") or "").strip()}
            for row in reader
        ]
    except csv.Error as error:
        raise SettingsError(f"{origin}, line {reader.line_num + 1}: {error}") from None
    for number, row in enumerate(rows, start=2):
        _check_plant(row, f"{origin}, line {number}")
        row["name"] = row["name"] or row["plant_code"]
    return rows


def _check_plant(row: Mapping[str, str], where: str) -> None:
    if not 1 <= len(row["plant_code"]) <= 10:
        raise SettingsError(f"{where}: plant_code must have 1 to 10 characters")
    for name, text in row.items():
        try:
            check_text(text)
        except ValueError as error:
            raise SettingsError(f"{where}: {name} {error}") from None


def add_plants(plants: Sequence[Mapping[str, str]]) -> int:
    """Add those that do not exist yet; returns how many were given."""

    def write(cursor: Cursor) -> None:
        insert_many(cursor, "seed_plant", plants)
        execute(cursor, "raise_version")

    if plants:
        with session() as connection:
            run_transaction(connection, write, what="seeding plants")
    return len(plants)
