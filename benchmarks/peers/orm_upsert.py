"""Peer: row by row with an ORM, as the design that this sync replaces draws it.

For every record: SELECT its machine and its plant, which must exist; SELECT the reading by its key; insert or set the
attributes; COMMIT. That is what the usual rules "must exist in equipment" and "find or create, then save" do; one bad
row then costs no other row. To its favour, only the ids of machine and plant are read, and the session writes only
attributes that differ. The table is the sync's own, with all indexes and foreign keys; a record of an unknown machine
or plant, or one that no column can hold, is skipped.
"""

from __future__ import annotations

from convert_record import convert_record
from fetch_pages import fetch_pages
from run_peer import TABLE, Loaded, PeerTask, run_peer
from sqlalchemy import Table, select
from sqlalchemy.orm import DeclarativeBase, Session


def load(task: PeerTask) -> Loaded:
    """Upsert the records of the day one by one."""
    database = task.connect()

    class Base(DeclarativeBase):
        pass

    class RunningTime(Base):
        __table__ = Table(TABLE, Base.metadata, autoload_with=database)

    class Equipment(Base):
        __table__ = Table("equipment", Base.metadata, autoload_with=database)

    class Plant(Base):
        __table__ = Table("plants", Base.metadata, autoload_with=database)

    records = skipped = 0
    with Session(database) as session:
        for page in fetch_pages(task):
            records += len(page)
            for record in page:
                values = convert_record(record)
                if values is None:
                    skipped += 1
                    continue
                number, plant = values.pop("equipment_number"), values.pop("plant_code")
                values["equipment_id"] = session.scalar(
                    select(Equipment.id).where(Equipment.equipment_number == number)
                )
                values["plant_id"] = session.scalar(select(Plant.id).where(Plant.plant_code == plant))
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
