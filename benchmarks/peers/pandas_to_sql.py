"""Peer: pandas, ``to_sql`` into a staging table and one INSERT ... SELECT ... ON DUPLICATE KEY UPDATE.

All pages become one frame, converted column by column. The table is the sync's own, with all indexes and foreign keys.
Rows that no column can hold are dropped from the frame; those of an unknown machine or plant fall out of the join.
"""

from __future__ import annotations

import pandas as pd
from fetch_pages import fetch_pages
from run_peer import TABLE, Loaded, PeerTask, run_peer
from sqlalchemy import text
from sqlalchemy.dialects import mysql

_BINARY = {"charset": "utf8mb4", "collation": "utf8mb4_bin"}
_STAGE = {
    "equipment_number": mysql.VARCHAR(50, **_BINARY),
    "plant_code": mysql.VARCHAR(10, **_BINARY),
    "point": mysql.VARCHAR(20, **_BINARY),
    "date": mysql.DATE(),
    "date_time": mysql.DATETIME(fsp=3),
    "description": mysql.TEXT(**_BINARY),
    "running_hours": mysql.DECIMAL(8, 3),
    "cumulative_hours": mysql.DECIMAL(16, 3),
    "company_code": mysql.VARCHAR(10, **_BINARY),
    "equipment_description": mysql.VARCHAR(500, **_BINARY),
    "object_number": mysql.VARCHAR(30, **_BINARY),
    "api_created_at": mysql.DATETIME(fsp=3),
}
_FIELDS = {
    "equipment_number": "EQUNR",
    "plant_code": "SWERK",
    "point": "POINT",
    "date": "DATE",
    "date_time": "DATE_TIME",
    "description": "MDTXT",
    "running_hours": "RECDV",
    "cumulative_hours": "CNTRR",
    "company_code": "BUKRS",
    "equipment_description": "EQKTU",
    "object_number": "OBJNR",
    "api_created_at": "CREATED_AT",
}
_COPIED = list(_STAGE)[2:]
_MERGE = f"""
INSERT INTO {TABLE} (equipment_id, plant_id, {", ".join(_COPIED)})
SELECT e.id, p.id, {", ".join(f"s.{name}" for name in _COPIED)}
FROM stage s
JOIN equipment e ON e.equipment_number = s.equipment_number
JOIN plants p ON p.plant_code = s.plant_code
ON DUPLICATE KEY UPDATE plant_id = p.id, {", ".join(f"{name} = s.{name}" for name in _COPIED)}
"""


def load(task: PeerTask) -> Loaded:
    """Stage the records of the day and merge them."""
    records = [record for page in fetch_pages(task) for record in page]
    frame = _convert(pd.DataFrame.from_records(records))
    with task.connect().begin() as connection:
        frame.to_sql("stage", connection, if_exists="replace", index=False, dtype=_STAGE, chunksize=10_000)
        connection.execute(text(_MERGE))
        connection.execute(text("DROP TABLE stage"))
    return Loaded(len(records), len(records) - len(frame))


def _convert(raw: pd.DataFrame) -> pd.DataFrame:
    frame = pd.DataFrame({column: raw[field] for column, field in _FIELDS.items()})
    fits = pd.Series(True, index=frame.index)
    for column, type_ in _STAGE.items():
        if isinstance(type_, mysql.VARCHAR | mysql.TEXT):
            frame[column] = frame[column].astype("str").str.strip().replace("", None)
            if type_.length:
                fits &= ~(frame[column].str.len() > type_.length)
        elif isinstance(type_, mysql.DECIMAL):
            frame[column] = pd.to_numeric(frame[column], errors="coerce")
            fits &= frame[column].between(0, 10 ** (type_.precision - type_.scale), inclusive="left")
        else:
            instants = _to_instants(frame[column])
            fits &= instants.notna() | frame[column].isna()
            frame[column] = instants
    needed = frame[["equipment_number", "plant_code", "date"]]
    return frame[fits & needed.notna().all(axis=1)]


def _to_instants(texts: pd.Series) -> pd.Series:
    """ISO with or without zone, or YYYYMMDDhhmmss; UTC without zone, as DATETIME holds it."""
    compact = texts.str.fullmatch(r"\d{14}", na=False)
    instants = pd.to_datetime(texts.mask(compact), format="ISO8601", utc=True, errors="coerce")
    instants[compact] = pd.to_datetime(texts[compact], format="%Y%m%d%H%M%S", utc=True, errors="coerce")
    return instants.dt.tz_localize(None)


if __name__ == "__main__":
    run_peer(load)
