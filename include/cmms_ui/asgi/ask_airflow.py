"""Send a call to Airflow's own REST API inside this process, in the name of the person. Output: status and answer.

No socket and no address: the call goes to the ASGI application in which ours is mounted, with the person's token, so
Airflow checks it and writes its own audit log. The time limit is ours, because httpx applies none to such a transport.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import anyio.from_thread
import httpx

from cmms.run_control.airflow_runs import AirflowRefused, AirflowSilent
from cmms_ui.asgi import text
from cmms_ui.asgi.guard import airflow_application

ANSWER_SECONDS = 20.0

_left: set[asyncio.Task[httpx.Response]] = set()
"""Calls that nobody waits for any more: a thread of Airflow's that hangs cannot be interrupted, only left."""


def send(token: str, method: str, path: str, body: Mapping[str, Any]) -> tuple[int, Any]:
    """Called in a worker thread; the event loop that waits for the thread does the work.

    Raises:
        AirflowSilent: no answer within :data:`ANSWER_SECONDS`.
    """
    application = airflow_application()
    if application is None:
        raise AirflowRefused(text.AIRFLOW_MISSING)
    answer = anyio.from_thread.run(_ask, application, token, method, path, dict(body))
    kind = answer.headers.get("content-type", "")
    return answer.status_code, answer.json() if "json" in kind else {"detail": answer.text[:200]}


async def _ask(application: Any, token: str, method: str, path: str, body: dict[str, Any]) -> httpx.Response:
    call = asyncio.ensure_future(_request(application, token, method, path, body))
    done, _ = await asyncio.wait({call}, timeout=ANSWER_SECONDS)
    if done:
        return call.result()
    _left.add(call)
    call.add_done_callback(_forget)
    call.cancel()
    raise AirflowSilent(text.AIRFLOW_SILENT.format(seconds=ANSWER_SECONDS))


async def _request(application: Any, token: str, method: str, path: str, body: dict[str, Any]) -> httpx.Response:
    transport = httpx.ASGITransport(app=application)
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://airflow", headers=headers) as client:
        return await client.request(method, path, json=body)


def _forget(call: asyncio.Task[httpx.Response]) -> None:
    _left.discard(call)
    if not call.cancelled():
        call.exception()  # asked for, so that asyncio does not report it as never retrieved
