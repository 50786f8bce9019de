"""Plants from a CSV file: the source has no feed of them, and a record of an unknown plant is rejected."""

from __future__ import annotations

import csv
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
        with file.open(encoding="utf-8", newline="") as stream:
            rows = [
                {"plant_code": (row.get("plant_code") or "").strip(), "name": (row.get("name") or "").strip()}
                for row in csv.DictReader(stream)
            ]
    except OSError as error:
        raise SettingsError(f"plants file {file}: {error.strerror}") from None
    for number, row in enumerate(rows, start=2):
        if not 1 <= len(row["plant_code"]) <= 10:
            raise SettingsError(f"plants file {file}, line {number}: plant_code must have 1 to 10 characters")
        row["name"] = row["name"] or row["plant_code"]

    def write(cursor: object) -> None:
        insert_many(cursor, "run/seed_plant", rows)
        execute(cursor, "reference/raise_version")

    with session() as connection:
        run_transaction(connection, write, what="seeding plants")
    return len(rows)
