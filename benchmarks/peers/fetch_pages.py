"""Fetch the running times of a day, page by page, on one kept-alive connection."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import requests
from run_peer import PAGE_SIZE, PeerTask


def fetch_pages(task: PeerTask) -> Iterator[list[dict[str, Any]]]:
    """Yield the records of each page until the last one that the source names, or until ``task.rows``.

    Raises:
        requests.HTTPError: the source refuses.
    """
    page = last_page = 1
    left = task.rows
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {task.token}"
        while page <= last_page and left != 0:
            parameters = {"date": task.day.isoformat(), "page": page, "per_page": PAGE_SIZE}
            answer = session.get(f"{task.source}/running-time", params=parameters, timeout=60)
            answer.raise_for_status()
            body = answer.json()
            last_page = body["meta"]["last_page"]
            records = body["data"][:left]
            yield records
            left = None if left is None else left - len(records)
            page += 1
