"""The master data: machines with their plants, names and measuring points, as a snapshot."""

from __future__ import annotations

from datetime import timedelta

from cmms.streams.stream import Field, Orphan, Snapshot, Stream

EQUIPMENT = Stream(
    name="equipment",
    label="Equipment",
    help="the snapshot of the master data",
    title="Equipment sync",
    record="machine",
    unit=Snapshot("equipment", marks_missing=True),
    table="equipment",
    fields=(
        Field(name="plant_code", names=("plant_code", "SWERK"), required=True, is_column=False),
        Field(name="equipment_number", names=("equipment_number", "EQUNR"), required=True, is_column=False),
        Field(name="company_code", names=("company_code", "BUKRS"), length=10, is_remembered=True),
        Field(
            name="equipment_description",
            names=("equipment_description", "EQKTU", "EQKTX"),
            length=500,
            is_remembered=True,
        ),
        Field(name="object_number", names=("object_number", "OBJNR"), length=30, is_remembered=True),
        Field(name="point", names=("point", "POINT"), length=20, is_remembered=True),
        Field(name="api_created_at", kind="instant", names=("api_created_at", "CREATED_AT"), required=True),
        Field(name="equipment_group", is_column=False),
    ),
    orphan=Orphan("PLANT_UNKNOWN", rule="VAL-02", field="plant_code"),
    dag_id="equipment_sync",
    merge="cmms.sync.merge.merge_equipment:MACHINES",
    asset="cmms_equipment",
    dag_timeout=timedelta(minutes=30),
    cron="0 0 * * *",
    conf_keys=("plant_codes", "equipment_numbers"),
    marks=("equipment_number", "plant_code"),
    defaults={"path": "/equipment", "date_parameters": {"mode": "none"}},
)
"""``GET {host}/equipment``: the full snapshot of the master data."""
