"""The control endpoint: script a running simulator over HTTP. No credentials, so listen on loopback only.

GET    /_control/health        {"status": "ok", "seed": 1, "plants": 4, "equipment": 200}
GET    /_control/faults        the injected faults
POST   /_control/faults        inject one fault or a list: {"kind": "status", "status": 503, "times": 2}
DELETE /_control/faults        remove all
GET    /_control/requests      counts and the request log (secrets masked); ?last=20 for the latest only
DELETE /_control/requests      empty the log, set the counts to 0
PUT    /_control/records       {"stream": "running_time", "day": "2026-01-31", "records": [...]}
PUT    /_control/body?stream=equipment&day=&page=&status=     the request's body is served as it stands
GET    /_control/defects       of the equipment snapshot, or of ?day=2026-01-31
GET    /_control/plants        [["P001", "Plant Hamburg 1"], ...]
POST   /_control/expire-tokens
POST   /_control/reset         forget everything set here
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Any, get_args

from pydantic import ValidationError

from cmms.simulator.answers import Answer, json_answer
from cmms.simulator.config import Stream
from cmms.simulator.faults import read_faults, write_faults
from cmms.simulator.serve_http import Request

if TYPE_CHECKING:
    from cmms.simulator.simulator import LoggedRequest, Simulator

CONTROL_PREFIX = "/_control/"


class Control:
    """Answers control requests of one simulator."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator
        self._secret_headers = {"authorization", simulator.config.api_key_header.lower()}
        self._routes: dict[tuple[str, str], Callable[[Request], object]] = {
            ("GET", "health"): self._health,
            ("GET", "faults"): lambda _: write_faults(simulator.faults),
            ("POST", "faults"): self._add_faults,
            ("DELETE", "faults"): lambda _: simulator.clear_faults(),
            ("GET", "requests"): self._requests,
            ("DELETE", "requests"): lambda _: simulator.clear_requests(),
            ("PUT", "records"): self._set_records,
            ("PUT", "body"): self._set_body,
            ("GET", "defects"): lambda request: simulator.data.defects(_day(request)),
            ("GET", "plants"): lambda _: simulator.data.plants(),
            ("POST", "expire-tokens"): lambda _: simulator.expire_tokens(),
            ("POST", "reset"): lambda _: simulator.reset(),
        }

    def answer(self, request: Request) -> Answer:
        """Answer one control request; a wrong one is told what is wrong."""
        name = request.path.removeprefix(CONTROL_PREFIX).rstrip("/")
        route = self._routes.get((request.method, name))
        if route is None:
            known = [method for method, path in self._routes if path == name]
            return json_answer(405 if known else 404, {"error": f"no such control: {request.method} {name}"})
        try:
            content = route(request)
        except (ValidationError, ValueError, KeyError, TypeError) as error:
            return json_answer(400, {"error": str(error)})
        return json_answer(200, {"status": "ok"} if content is None else content)

    def _health(self, request: Request) -> object:
        config = self._simulator.config
        return {"status": "ok", "seed": config.seed, "plants": config.plants, "equipment": config.equipment}

    def _add_faults(self, request: Request) -> object:
        faults = read_faults(request.body)
        self._simulator.inject(*faults)
        return write_faults(faults)

    def _requests(self, request: Request) -> object:
        simulator = self._simulator
        log = simulator.requests
        if last := request.parameters.get("last"):
            log = log[-int(last[0]) :] if int(last[0]) > 0 else []
        return {
            "request_count": simulator.request_count,
            "connections": simulator.connections,
            "token_requests": simulator.token_requests,
            "requests": [self._logged(entry) for entry in log],
        }

    def _logged(self, entry: LoggedRequest) -> dict[str, Any]:
        content = asdict(entry)
        content["headers"] = {
            name: "***" if name in self._secret_headers else value for name, value in entry.headers.items()
        }
        for name in ("first_day", "last_day"):
            content[name] = content[name] and content[name].isoformat()
        return content

    def _set_records(self, request: Request) -> None:
        content = json.loads(request.body)
        day = content.get("day")
        self._simulator.set_records(
            _stream(content["stream"]), date.fromisoformat(day) if day else None, content["records"]
        )

    def _set_body(self, request: Request) -> None:
        parameters = {name: values[0] for name, values in request.parameters.items() if values[0]}
        self._simulator.set_body(
            _stream(parameters["stream"]),
            request.body,
            day=_day(request),
            page=int(parameters["page"]) if "page" in parameters else None,
            status=int(parameters.get("status", 200)),
            headers={"Content-Type": request.headers.get("content-type", "application/json")},
        )


def _stream(name: str) -> Stream:
    if name not in get_args(Stream):
        raise ValueError(f"stream must be one of {', '.join(get_args(Stream))}")
    return "equipment" if name == "equipment" else "running_time"


def _day(request: Request) -> date | None:
    values = request.parameters.get("day")
    return date.fromisoformat(values[0]) if values and values[0] else None
