"""Routes of the REST API, made from the resources. Input: a FastAPI server. Output: the server with its routes.

Lists, records, metadata, counts of tabs, exports and actions; errors are problem documents (RFC 9457).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Annotated, Any

from dash.exceptions import DependencyException
from fastapi import Body, FastAPI, Path, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from starlette.exceptions import HTTPException

from cmms.access.actors import Forbidden, NotFound, ViewError
from cmms.dag_ids import ON_REQUEST_DAG_ID
from cmms.equipment.read_equipment import read_running_times
from cmms.errors import CmmsError
from cmms.listing.definition import OPERATORS_OF, PAGE_SIZE_LIMIT
from cmms.listing.read_list import read_badges, read_chips, read_page, read_row
from cmms.listing.search_tree import LENGTH_LIMIT
from cmms_ui.api import text
from cmms_ui.api.describe import (
    PROBLEM_TYPE,
    Me,
    Reading,
    describe_problems,
    example_call,
    page_model,
    problems,
    row_model,
)
from cmms_ui.api.export_rows import KINDS, export
from cmms_ui.api.meta import describe_resource
from cmms_ui.asgi.guard import SAFE_METHODS, current_actor
from cmms_ui.asgi.note_refusal import note_refusal
from cmms_ui.asgi.policy import ACTIONS
from cmms_ui.asgi.refusals import explain_outage, problem
from cmms_ui.asgi.shares import RETRY_SECONDS
from cmms_ui.asgi.text import NO_SUCH_RESOURCE, SOMETHING_WENT_WRONG
from cmms_ui.definition.schema import Resource, Target
from cmms_ui.list_query import from_address
from cmms_ui.present_rows import to_json
from cmms_ui.resources import RESOURCES
from cmms_ui.run_action import preview_action, run_action

PREFIX = "/api/v1"
_KEY_LIMIT = 2**63 - 1
KEYS_LIMIT = 100_000
"""So many rows are named in a call; they fit the size of its body."""
Key = Annotated[int, Path(ge=1, le=_KEY_LIMIT, examples=[1])]


def _refuse_truth(value: object) -> object:
    """``true`` is no number: it would be taken for record 1."""
    if isinstance(value, bool):
        raise ValueError(text.NO_NUMBER)
    return value


class ActionCall(BaseModel):
    """What an action works on, and the values of its form."""

    model_config = ConfigDict(extra="forbid")
    keys: list[Annotated[int, Field(ge=1, le=_KEY_LIMIT), BeforeValidator(_refuse_truth)]] = Field(
        default=[], max_length=KEYS_LIMIT, examples=[[17]]
    )
    version: Annotated[int | None, BeforeValidator(_refuse_truth)] = Field(
        default=None, ge=0, le=_KEY_LIMIT, description=text.VERSION
    )
    request: str = Field(
        default="",
        max_length=80,
        pattern=r"^[A-Za-z0-9_:.-]*$",
        description=text.REQUEST,
    )
    values: dict[str, Any] = Field(default={}, examples=[{"inactive_reason": "scrapped"}])


class RunAsked(BaseModel):
    """A run in Airflow; a run of Syncs, if it is one, has the same two ids."""

    dag_id: str = Field(examples=["cmms_on_request"])
    run_id: str


class ActionResult(BaseModel):
    """How the action ended."""

    message: str
    level: str = Field(examples=["success"])
    details: list[str] = Field(default=[], description=text.OUTCOME_DETAILS)
    paths: list[str] = Field(default=[], description=text.OUTCOME_PATHS)
    runs: list[RunAsked] = Field(default=[], description=text.OUTCOME_RUNS)


class PreviewResult(BaseModel):
    """What an action would do."""

    text: str
    heads: list[str]
    rows: list[list[str]]


def add_rest_api(server: FastAPI) -> None:
    """Add every route and the translation of errors."""
    server.add_exception_handler(ViewError, _show_view_error)
    server.add_exception_handler(CmmsError, _show_outage)
    server.add_exception_handler(RequestValidationError, _show_bad_request)
    server.add_exception_handler(HTTPException, _show_http_error)
    server.add_exception_handler(DependencyException, _show_no_script)
    server.add_exception_handler(Exception, _show_fault)
    describe_problems(server)
    server.get(f"{PREFIX}/me", tags=["me"], summary=text.ME, response_model=Me, responses=problems())(_show_me)
    server.get(f"{PREFIX}/meta/{{resource}}", tags=["meta"], summary=text.META, responses=problems(404, 422))(
        _show_meta
    )
    server.get(f"{PREFIX}/meta", tags=["meta"], summary=text.ALL_META, responses=problems())(_show_all_meta)
    for resource in RESOURCES.values():
        _add_resource(server, resource)
    server.get(
        f"{PREFIX}/equipment/{{key}}/running-times",
        tags=["equipment"],
        summary=text.READINGS,
        response_model=list[Reading],
        responses=problems(404, 422),
    )(_show_running_times)


def _add_resource(server: FastAPI, resource: Resource) -> None:
    path = f"{PREFIX}/{resource.name}"
    slug = resource.name.replace("-", "_")
    row = row_model(resource)

    def add(method: str, where: str, name: str, endpoint: Callable[..., Any], summary: str, **more: Any) -> None:
        more |= {"tags": [resource.name], "operation_id": f"{slug}_{name}"}
        server.add_api_route(
            path + where,
            endpoint,
            methods=[method],
            summary=text.ROUTE.format(resource=resource.label, what=summary),
            **more,
        )

    listed: dict[str, Any] = {"description": _describe_filters(resource), "responses": problems(422)}
    page: dict[str, Any] = {"response_model": page_model(resource, row), "response_model_exclude_unset": True}
    add("GET", "", "list", _make_list(resource), text.LIST, **listed, **page)
    add("GET", "/badges", "badges", _make_badges(resource), text.BADGES, responses=problems())
    add("GET", "/chips", "chips", _make_chips(resource), text.CHIPS, responses=problems(422))
    file = {"content": {kind.partition(";")[0]: {} for kind in KINDS.values()}, "description": text.FILE}
    listed = {**listed, "responses": {200: file, **problems(422, 429)}, "response_class": StreamingResponse}
    add("GET", "/export", "export", _make_export(resource), text.EXPORT, **listed)
    record: dict[str, Any] = {
        "response_model": row,
        "response_model_exclude_unset": True,
        "responses": problems(404, 422),
    }
    add("GET", "/{key}", "read", _make_record(resource), text.RECORD, **record)
    for action in resource.actions:
        fields = ", ".join(f"`{field.name}`" for field in action.fields) or text.NO_FIELDS
        said = text.ACTION.format(explain=action.explain, fields=fields, capability=ACTIONS.get(action.name))
        example = {"requestBody": {"content": {"application/json": {"example": example_call(action)}}}}
        described = {"response_model": ActionResult, "description": said, "openapi_extra": example}
        accepted: dict[int | str, dict[str, Any]] = {202: {"model": ActionResult, "description": text.ACCEPTED}}
        described |= {"responses": {**problems(400, 404, 409, 413, 415, 422, 502), **accepted}}
        add("POST", f"/actions/{action.verb}", f"action_{action.verb}", _make_action(resource, action.verb),
            action.label, response_model_exclude_defaults=True, **described)  # fmt: skip
        if action.preview:
            described |= {"response_model": PreviewResult, "description": text.CHANGES_NOTHING}
            described |= {"responses": problems(400, 404, 409, 413, 415, 422, 502)}
            show_preview = _make_preview(resource, action.verb)
            add("POST", f"/actions/{action.verb}/preview", f"preview_{action.verb}", show_preview,
                text.PREVIEW.format(action=action.label), **described)  # fmt: skip


def _describe_filters(resource: Resource) -> str:
    names = ", ".join(f"`{column.name}`" for column in resource.columns if column.filterable)
    operators = ", ".join(f"`{name}`" for name in OPERATORS_OF["date"])
    tabs = ", ".join(tab.name for tab in resource.tabs)
    return text.FILTERS.format(fields=names, operators=operators, relations=_describe_relations(resource), tabs=tabs)


def _describe_relations(resource: Resource) -> str:
    if not resource.relations:
        return ""
    related = "; ".join(f"`{r.name}` ({', '.join(f'`{c.name}`' for c in r.columns)})" for r in resource.relations)
    return text.RELATIONS.format(example=resource.relations[0].name, related=related)


def _make_list(resource: Resource) -> Callable[..., Any]:
    def show_list(
        request: Request,
        tab: Annotated[str, Query(description=text.TAB, max_length=40)] = "",
        q: Annotated[str, Query(description=text.SEARCH, max_length=200)] = "",
        order: Annotated[str, Query(description=text.ORDER, max_length=200)] = "",
        offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
        limit: Annotated[int, Query(ge=1, le=PAGE_SIZE_LIMIT)] = 50,
        chip: Annotated[list[str], Query(description=text.CHIP, max_length=20)] = [],  # noqa: B006
        where: Annotated[str, Query(description=text.WHERE, max_length=LENGTH_LIMIT)] = "",
    ) -> dict[str, Any]:
        actor = current_actor()
        query = from_address(resource, actor, request.query_params.multi_items())
        page = read_page(resource.listing, query)
        columns = resource.visible_columns(actor)
        rows = [to_json(row, columns) for row in page.rows]
        return {"rows": rows, "total": page.total, "offset": offset, "limit": limit}

    return show_list


def _make_badges(resource: Resource) -> Callable[..., Any]:
    def show_badges() -> dict[str, int]:
        actor = current_actor()
        counts = read_badges(resource.listing)
        return {tab.name: counts[tab.name] for tab in resource.visible_tabs(actor)}

    return show_badges


def _make_chips(resource: Resource) -> Callable[..., Any]:
    def show_chips(tab: Annotated[str, Query(max_length=40)] = "") -> dict[str, int]:
        query = from_address(resource, current_actor(), [("tab", tab)])
        return read_chips(resource.listing, query.scope)

    return show_chips


def _make_record(resource: Resource) -> Callable[..., Any]:
    def show_record(key: Key) -> dict[str, Any]:
        return to_json(read_row(resource.listing, key), resource.visible_columns(current_actor()))

    return show_record


def _make_export(resource: Resource) -> Callable[..., Any]:
    def show_export(
        request: Request,
        format: Annotated[str, Query(pattern="^(csv|xlsx|json|print)$")] = "csv",  # noqa: A002
    ) -> StreamingResponse:
        items = [(name, value) for name, value in request.query_params.multi_items() if name not in ("limit", "offset")]
        actor = current_actor()
        return export(resource, actor, from_address(resource, actor, items), format)

    return show_export


def _make_action(resource: Resource, verb: str) -> Callable[..., Any]:
    def call_action(call: Annotated[ActionCall, Body()], response: Response) -> ActionResult:
        target = Target(tuple(call.keys), call.version, call.request)
        outcome = run_action(current_actor(), resource.name, verb, target, call.values)
        details, paths = [line.text for line in outcome.lines], [line.path for line in outcome.lines]
        told = {"details": details, "paths": paths if any(paths) else []}
        runs = [RunAsked(dag_id=run.dag_id, run_id=run.run_id) for run in outcome.runs]
        if any(run.dag_id == ON_REQUEST_DAG_ID for run in runs):
            response.status_code = int(HTTPStatus.ACCEPTED)
        return ActionResult(message=outcome.message, level=outcome.level, runs=runs, **told)

    return call_action


def _make_preview(resource: Resource, verb: str) -> Callable[..., Any]:
    def call_preview(call: Annotated[ActionCall, Body()]) -> PreviewResult:
        target = Target(tuple(call.keys), call.version)
        preview = preview_action(current_actor(), resource.name, verb, target, call.values)
        if preview is None:
            raise NotFound(text.NO_PREVIEW)
        return PreviewResult(text=preview.text, heads=list(preview.heads), rows=[list(row) for row in preview.rows])

    return call_preview


def _show_me() -> dict[str, Any]:
    actor = current_actor()
    return {"name": actor.name, "capabilities": sorted(actor.capabilities)}


def _show_meta(resource: Annotated[str, Path(max_length=40, examples=["equipment"])]) -> dict[str, Any]:
    known = RESOURCES.get(resource)
    if known is None:
        raise NotFound(NO_SUCH_RESOURCE)
    return describe_resource(known, current_actor())


def _show_all_meta() -> list[dict[str, Any]]:
    return [describe_resource(resource, current_actor()) for resource in RESOURCES.values()]


def _show_running_times(key: Key, days: Annotated[int, Query(ge=1, le=366)] = 90) -> list[dict[str, Any]]:
    return read_running_times(key, days)


def _show_view_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ViewError)  # noqa: S101
    more = {name: value for name in ("fields", "path") if (value := getattr(error, name, None))}
    if isinstance(error, Forbidden) and request.method not in SAFE_METHODS:
        note_refusal(current_actor(), request.method, request.scope["path"], error.message)
    headers = {"Retry-After": str(RETRY_SECONDS)} if error.status == 429 else None
    return _answer(error.status, error.message, headers=headers, **more)


def _show_outage(_request: Request, error: Exception) -> JSONResponse:
    status, detail = explain_outage(error)
    return _answer(status, detail)


def _show_bad_request(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    fields = {".".join(str(part) for part in item["loc"][1:]) or "body": str(item["msg"]) for item in error.errors()}
    return _answer(422, text.BAD_VALUES, fields=fields)


def _show_http_error(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101
    return _answer(error.status_code, str(error.detail), headers=error.headers)


def _show_no_script(_request: Request, _error: Exception) -> JSONResponse:
    """A script that Dash does not serve; in a fault's traceback a viewer could have it logged again and again."""
    return _answer(404, text.NO_SUCH_SCRIPT)


def _show_fault(_request: Request, _error: Exception) -> JSONResponse:
    return _answer(500, SOMETHING_WENT_WRONG)


def _answer(status: int, detail: str, *, headers: Mapping[str, str] | None = None, **more: Any) -> JSONResponse:
    content = problem(status, detail, **more)
    return JSONResponse(content, status_code=status, media_type=PROBLEM_TYPE, headers=headers)
