"""A third stream, which the product does not have: the fuel that each machine was filled with on a day, in litres.

All there is of it: this value, the table below, and the rules and statements in ``tests/streams/fuel``.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from cmms.streams.stream import Daily, Field, Orphan, Stream

FUEL = Stream(
    name="fuel",
    label="Fuel",
    help="fillings of a day or a range of days",
    title="Fuel sync",
    record="filling",
    unit=Daily(),
    table="equipment_fuel",
    fields=(
        Field(name="plant_code", names=("SWERK",), required=True, is_column=False),
        Field(name="equipment_number", names=("EQUNR",), required=True, is_column=False),
        Field(name="date", kind="day", names=("DATE",), required=True, is_column=False),
        Field(name="litres", kind="number", names=("LITRES",), required=True, digits=9),
        Field(name="station", names=("STATION",), length=40, is_remembered=True),
        Field(name="api_created_at", kind="instant", names=("CREATED_AT",), required=True),
    ),
    orphan=Orphan("EQUIPMENT_UNKNOWN", rule="RT-04", field="equipment_number"),
    reference=frozenset({"machines"}),
    files=Path(__file__).parent / "fuel",
    needs="equipment",
    dag_id="fuel_sync",
    dag_timeout=timedelta(minutes=20),
    cron="0 2 * * *",
    asset="cmms_fuel",
    conf_keys=("start_date", "end_date", "plant_codes", "equipment_numbers"),
    marks=("equipment_number", "litres"),
    defaults={"path": "/fuel"},
)

TABLE = """
CREATE TABLE equipment_fuel (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  equipment_id BIGINT UNSIGNED NOT NULL,
  plant_id BIGINT UNSIGNED NOT NULL,
  date DATE NOT NULL,
  litres DECIMAL(9,3) NOT NULL,
  station VARCHAR(40) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  api_created_at DATETIME(3) NOT NULL,
  quality VARCHAR(10) NOT NULL,
  quality_code VARCHAR(200) NULL,
  sync_log_id BIGINT NULL,
  updated_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  UNIQUE KEY uk_fuel (equipment_id, date),
  FOREIGN KEY (equipment_id) REFERENCES equipment (id),
  FOREIGN KEY (plant_id) REFERENCES plants (id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci
"""
