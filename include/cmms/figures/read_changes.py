"""What has changed since somebody looked. Output: an opaque version per topic; one that differs has changed.

A version says nothing about what has changed: who receives it requests the page's data as usual, and rights are checked
then.
"""

from __future__ import annotations

from hashlib import blake2b

from cmms.access.connections import raw_session
from cmms.database import query

TOPICS: dict[str, float] = {
    "progress": 1,
    "runs": 0,
    "records": 5,
    "alerts": 0,
    "errors": 1,
    "edits": 0,
}
"""Topics, and how many seconds lie between two notifications of each: what is expensive for pages is not announced with
every unit.

``progress`` of open runs; ``runs`` opened, controlled, closed; ``records`` merged by syncs; ``alerts`` raised, handled,
read; ``errors``: rejected records and run events; ``edits``: whatever people change through the view.
"""


def read_versions() -> dict[str, str]:
    """The version of every topic, by one statement."""
    with raw_session() as connection:
        row = query(connection, "figures/change_versions")[0]
    return {topic: blake2b(str(row[topic]).encode(), digest_size=6).hexdigest() for topic in TOPICS}
