"""Peer: row by row with an ORM, as the design that this sync replaces draws it.

For every record: SELECT by its key, insert or set the attributes, COMMIT. That is what the usual "find or create, then
save" does; one bad row then costs no other row. To its favour, machines and plants are read once and not per record,
and the session writes only attributes that differ. The table is the sync's own, with all indexes and foreign keys; a
record of an unknown machine or plant, or one that no column can hold, is skipped.
"""

from __future__ import annotations

from convert_record import convert_record
from fetch_pages import fetch_pages
from run_peer import TABLE, Loaded, PeerTask, run_peer
from sqlalchemy import Table, select, text
from sqlalchemy.orm import DeclarativeBase, Session


def load(task: PeerTask) -> Loaded:
    """Upsert the records of the day one by one."""
    database = task.connect()

    class Base(DeclarativeBase):
        pass

    class RunningTime(Base):
        __table__ = Table(TABLE, Base.metadata, autoload_with=database)

    records = skipped = 0
    with Session(database) as session:
        equipment = dict(session.execute(text("SELECT equipment_number, id FROM equipment")).all())
        plants = dict(session.execute(text("SELECT plant_code, id FROM plants")).all())
        for page in fetch_pages(task):
            records += len(page)
            for record in page:
                values = convert_record(record)
                if values is None:
                    skipped += 1
                    continue
                values["equipment_id"] = equipment.get(values.pop("equipment_number"))
                values["plant_id"] = plants.get(values.pop("plant_code"))
                if values["equipment_id"] is None or values["plant_id"] is None:
                    skipped += 1
                    continue
                key = (RunningTime.equipment_id == values["equipment_id"], RunningTime.date == values["date"])
                row = session.scalar(select(RunningTime).where(*key))
                if row is None:
                    session.add(RunningTime(**values))
                else:
                    for name, value in values.items():
                        setattr(row, name, value)
                session.commit()
    return Loaded(records, skipped)


if __name__ == "__main__":
    run_peer(load)
