"""The running hours: one reading of each machine and day."""

from __future__ import annotations

from datetime import timedelta

from cmms.streams.stream import Daily, Field, Orphan, Stream

RUNNING_TIME = Stream(
    name="running_time",
    label="Running times",
    help="readings of a day or a range of days",
    title="Running-time sync",
    record="reading",
    unit=Daily(),
    table="equipment_running_times",
    fields=(
        Field(name="plant_code", names=("plant_code", "SWERK"), required=True, is_column=False),
        Field(name="equipment_number", names=("equipment_number", "EQUNR"), required=True, is_column=False),
        Field(name="company_code", names=("company_code", "BUKRS"), length=10),
        Field(name="equipment_description", names=("equipment_description", "EQKTU", "EQKTX"), length=500),
        Field(name="object_number", names=("object_number", "OBJNR"), length=30),
        Field(name="point", names=("point", "POINT"), length=20),
        Field(name="api_created_at", kind="instant", names=("api_created_at", "CREATED_AT"), required=True),
        Field(name="description", names=("description", "MDTXT"), length=65_535),
        Field(name="date", kind="day", names=("date", "DATE"), required=True, is_column=False),
        Field(name="date_time", kind="instant", names=("date_time", "DATE_TIME")),
        Field(name="running_hours", kind="hours", names=("running_hours", "RECDV"), required=True, digits=8),
        Field(name="cumulative_hours", kind="hours", names=("cumulative_hours", "CNTRR"), required=True, digits=16),
    ),
    orphan=Orphan("EQUIPMENT_UNKNOWN", rule="RT-04", field="equipment_number"),
    dag_id="running_time_sync",
    reference=frozenset(("machines", "counters", "stored")),
    merge="cmms.sync.merge.merge_running_time:READINGS",
    asset="cmms_running_times",
    dag_timeout=timedelta(minutes=60),
    cron="0 1 * * *",
    conf_keys=("start_date", "end_date", "plant_codes", "equipment_numbers"),
    marks=("equipment_number", "running_hours"),
    needs="equipment",
    defaults={"path": "/running-time"},
)
"""``GET {host}/running-time?date=YYYY-MM-DD``: the readings of one day."""
