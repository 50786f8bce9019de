"""Peer: dlt, its ``rest_api`` source merged into MySQL by primary key.

dlt makes the table itself, keyed by equipment number and day, without foreign keys and secondary indexes: less work
than the sync and the other peers have. On MySQL its merge is a load into a staging database, then DELETE and INSERT (it
has no upsert there). One null key, one key twice or one value that a column cannot hold ends a whole load; therefore
such records are filtered out beforehand, and of two with the same key the first is kept.
"""

from __future__ import annotations

import os
import tempfile
from functools import partial
from typing import Any

os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"  # it would report every run to its maker

import dlt
from convert_record import convert_record
from dlt.sources.rest_api import rest_api_source
from run_peer import PAGE_SIZE, TABLE, Loaded, PeerTask, run_peer

_COLUMNS = {
    "equipment_number": {"data_type": "text", "precision": 50, "nullable": False},
    "plant_code": {"data_type": "text", "precision": 10, "nullable": False},
    "point": {"data_type": "text", "precision": 20},
    "date": {"data_type": "date", "nullable": False},
    "date_time": {"data_type": "timestamp", "precision": 3, "timezone": False},
    "description": {"data_type": "text"},
    "running_hours": {"data_type": "decimal", "precision": 8, "scale": 3, "nullable": False},
    "cumulative_hours": {"data_type": "decimal", "precision": 16, "scale": 3, "nullable": False},
    "company_code": {"data_type": "text", "precision": 10},
    "equipment_description": {"data_type": "text", "precision": 500},
    "object_number": {"data_type": "text", "precision": 30},
    "api_created_at": {"data_type": "timestamp", "precision": 3, "timezone": False},
}


def load(folder: str, task: PeerTask) -> Loaded:
    """Extract, normalise and load the records of the day; ``folder`` keeps dlt's files and state between runs."""
    counts = {"records": 0, "skipped": 0}
    keys = set()

    def convert(record: dict[str, Any]) -> dict[str, Any] | None:
        counts["records"] += 1
        row = convert_record(record)
        key = row and (row["equipment_number"], row["date"])
        if key is None or key in keys:
            counts["skipped"] += 1
            return None
        keys.add(key)
        return row

    destination = dlt.destinations.sqlalchemy(
        task.database.render_as_string(hide_password=False), create_primary_keys=True
    )
    pipeline = dlt.pipeline("peer", pipelines_dir=folder, destination=destination, dataset_name=task.database.database)
    pipeline.run(rest_api_source(_describe_source(task, convert)))
    return Loaded(**counts)


def _describe_source(task: PeerTask, convert: Any) -> Any:
    paginator = {"type": "page_number", "base_page": 1, "page_param": "page", "total_path": "meta.last_page"}
    return {
        "client": {
            "base_url": task.source,
            "auth": {"type": "bearer", "token": task.token},
            "paginator": paginator,
        },
        "resources": [
            {
                "name": TABLE,
                "write_disposition": "merge",
                "primary_key": ["equipment_number", "date"],
                "columns": _COLUMNS,
                "endpoint": {
                    "path": "running-time",
                    "params": {"date": task.day.isoformat(), "per_page": PAGE_SIZE},
                    "data_selector": "data",
                },
                "processing_steps": [{"map": convert}, {"filter": lambda row: row is not None}],
            }
        ],
    }


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="peer-dlt-") as folder:
        run_peer(partial(load, folder))
