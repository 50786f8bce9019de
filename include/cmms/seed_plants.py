"""Plants from a CSV file: the source has no feed of them, and a record of an unknown plant is rejected."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from cmms.database import execute, insert_many, run_transaction, session
from cmms.errors import SettingsError


def seed_plants(file: Path) -> int:
    """Add the plants of ``file`` (columns plant_code and name); those that exist stay as they are.

    Returns:
        How many plants the file names.

    Raises:
        SettingsError: file missing, a column missing, or a code empty or longer than 10 characters.
    """
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise SettingsError(f"plants file {file}: {error.strerror}") from None
    return add_plants(read_plants(lines, origin=f"plants file {file}"))


def read_plants(lines: Sequence[str], *, origin: str) -> list[dict[str, str]]:
    """Plants of CSV lines, the first of which names the columns.

    Raises:
        SettingsError: a code is empty or longer than 10 characters; names the line.
    """
    rows = [
        {"plant_code": (row.get("plant_code") or "").strip(), "name": (row.get("name") or "").strip()}
        for row in csv.DictReader(lines)
    ]
    for number, row in enumerate(rows, start=2):
        if not 1 <= len(row["plant_code"]) <= 10:
            raise SettingsError(f"{origin}, line {number}: plant_code must have 1 to 10 characters")
        row["name"] = row["name"] or row["plant_code"]
    return rows


def add_plants(plants: Sequence[Mapping[str, str]]) -> int:
    """Add those that do not exist yet; returns how many were given."""

    def write(cursor: object) -> None:
        insert_many(cursor, "run/seed_plant", plants)
        execute(cursor, "reference/raise_version")

    if plants:
        with session() as connection:
            run_transaction(connection, write, what="seeding plants")
    return len(plants)
