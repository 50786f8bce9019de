"""Send a call to Airflow's own REST API inside this process, in the name of the person. Output: status and answer.

No socket and no address: the call goes to the ASGI application in which ours is mounted, with the person's token, so
Airflow judges it and writes its own audit log.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import anyio.from_thread
import httpx

from cmms.views.airflow_runs import AirflowRefused
from cmms_ui.guard import airflow_application

_SECONDS = 30


def send(token: str, method: str, path: str, body: Mapping[str, Any]) -> tuple[int, Any]:
    """Called in a worker thread; the event loop that waits for the thread does the work."""
    application = airflow_application()
    if application is None:
        raise AirflowRefused("Airflow's API is not at hand here.")

    async def ask() -> tuple[int, Any]:
        transport = httpx.ASGITransport(app=application)
        headers = {"Authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(
            transport=transport, base_url="http://airflow", headers=headers, timeout=_SECONDS
        ) as client:
            answer = await client.request(method, path, json=dict(body))
        kind = answer.headers.get("content-type", "")
        return answer.status_code, answer.json() if "json" in kind else {"detail": answer.text[:200]}

    return anyio.from_thread.run(ask)
