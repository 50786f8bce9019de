"""The physical limit of this server: LOAD DATA LOCAL of a ready file into an index-free table + one merge statement.

On the rows that the engine has just stored, in a second schema with the same tables, indexes and foreign keys. No HTTP,
no parsing, no rules, no bookkeeping.
"""

from __future__ import annotations

import csv
import time
from datetime import date
from pathlib import Path
from typing import Any

from tools.database_server import Account

_COLUMNS = (
    "equipment_number, plant_code, point, date, date_time, description, running_hours, cumulative_hours, company_code, "
    "equipment_description, object_number, api_created_at"
)
_VALUES = (
    "s.point, s.date, s.date_time, s.description, s.running_hours, s.cumulative_hours, s.company_code, "
    "s.equipment_description, s.object_number, s.api_created_at"
)
_TARGET = (
    "equipment_id, plant_id, point, date, date_time, description, running_hours, cumulative_hours, company_code, "
    "equipment_description, object_number, api_created_at"
)
_CHANGED = ("plant_id", *_TARGET.split(", ")[2:3], *_TARGET.split(", ")[4:])
_UPDATE = ", ".join(f"{name} = {'p.id' if name == 'plant_id' else 's.' + name}" for name in _CHANGED)
_JOINS = "JOIN equipment e ON e.equipment_number = s.equipment_number JOIN plants p ON p.plant_code = s.plant_code"
_EQUAL = " AND ".join(f"t.{name} <=> {'p.id' if name == 'plant_id' else 's.' + name}" for name in _CHANGED)


def measure_limit(account: Account, schema: str, day: date, folder: Path) -> dict[str, float]:
    """Seconds for the first load, the same again, and 10 % changed."""
    import MySQLdb

    connection = MySQLdb.connect(
        host=account.host,
        port=account.port,
        user=account.user,
        passwd=account.password,
        local_infile=1,
        charset="utf8mb4",
    )
    cursor = connection.cursor()
    file = folder / "limit.tsv"
    limit = f"{schema}_limit"
    _prepare(cursor, schema, limit, day, file)
    connection.commit()
    merge = f"INSERT INTO equipment_running_times ({_TARGET}) SELECT e.id, p.id, {_VALUES} FROM ready s {_JOINS}"
    stored = "LEFT JOIN equipment_running_times t ON t.equipment_id = e.id AND t.date = s.date"
    differs = f"{stored} WHERE t.id IS NULL OR NOT ({_EQUAL})"
    upsert = f"ON DUPLICATE KEY UPDATE {_UPDATE}"
    seconds = {"first": _load_and_merge(connection, file, f"{merge} {upsert}")}
    seconds["again"] = _load_and_merge(connection, file, f"{merge} {differs} {upsert}")
    cursor.execute("UPDATE equipment_running_times SET running_hours = running_hours + 0.001 WHERE id MOD 10 = 0")
    connection.commit()
    seconds["changed"] = _load_and_merge(connection, file, f"{merge} {differs} {upsert}")
    connection.close()
    return seconds


def copy_tables(cursor: Any, schema: str, target: str) -> None:
    """Make the tables of ``schema`` in ``target``: masters with their rows, running times empty."""
    cursor.execute(f"USE `{target}`")
    for table in ("plants", "equipment_groups", "equipment", "equipment_running_times"):
        cursor.execute(f"SHOW CREATE TABLE `{schema}`.`{table}`")
        cursor.execute(cursor.fetchone()[1])
    for table in ("plants", "equipment_groups", "equipment"):
        cursor.execute(f"INSERT INTO `{table}` SELECT * FROM `{schema}`.`{table}`")


def _prepare(cursor: Any, schema: str, limit: str, day: date, file: Path) -> None:
    cursor.execute(f"CREATE DATABASE `{limit}`")
    copy_tables(cursor, schema, limit)
    cursor.execute(
        f"CREATE TABLE ready AS SELECT e.equipment_number, p.plant_code, r.point, r.date, r.date_time, r.description, "
        f"r.running_hours, r.cumulative_hours, r.company_code, r.equipment_description, r.object_number, "
        f"r.api_created_at "
        f"FROM `{schema}`.equipment_running_times r JOIN `{schema}`.equipment e ON e.id = r.equipment_id "
        f"JOIN `{schema}`.plants p ON p.id = r.plant_id WHERE r.date = %s ORDER BY r.id",
        (day,),
    )
    cursor.execute(f"SELECT {_COLUMNS} FROM ready")
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_MINIMAL)
        writer.writerows([["NULL" if value is None else value for value in row] for row in cursor.fetchall()])


def _load_and_merge(connection: Any, file: Path, merge: str) -> float:
    cursor = connection.cursor()
    cursor.execute("TRUNCATE ready")
    started = time.perf_counter()
    cursor.execute(
        "LOAD DATA LOCAL INFILE %s INTO TABLE ready CHARACTER SET utf8mb4 "
        "FIELDS TERMINATED BY '\\t' OPTIONALLY ENCLOSED BY '\"' ESCAPED BY '' LINES TERMINATED BY '\\n'",
        (str(file),),
    )
    cursor.execute(merge)
    connection.commit()
    return time.perf_counter() - started
