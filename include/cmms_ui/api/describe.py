"""What the OpenAPI document says of resources: the shape of their rows, an example of each action, and of refusals.

Input: resources. Output: pydantic models and parts of the document. The models describe; what is sent is made by
``present_rows`` and checked by ``run_action``.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel, Field, create_model

from cmms.access.actors import Capability
from cmms_ui.api import text
from cmms_ui.definition.schema import Action, Column, Resource
from cmms_ui.definition.schema import Field as FormField

PROBLEM_TYPE = "application/problem+json"
_Decimal = Annotated[str, Field(pattern=r"^-?\d+(\.\d+)?$", examples=["1234.500"])]
_Day = Annotated[str, Field(json_schema_extra={"format": "date"}, examples=["2026-01-31"])]
_Instant = Annotated[str, Field(json_schema_extra={"format": "date-time"}, examples=["2026-01-31T22:00:00.000Z"])]
_TYPES: dict[str, Any] = {
    "integer": Annotated[int, Field(examples=[17])],
    "hours": _Decimal,
    "number": _Decimal,
    "boolean": bool,
    "date": _Day,
    "instant": _Instant,
}
_EXAMPLES: dict[str, Any] = {"boolean": True, "date": "2026-01-31", "number": "250", "json": "{}", "choices": []}


class Problem(BaseModel):
    """An RFC 9457 problem document."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    fields: dict[str, str] = Field(default={}, description=text.PROBLEM_FIELDS)
    path: str = Field(default="", description=text.PROBLEM_PATH)


class Me(BaseModel):
    """A person and what they may do."""

    name: str
    capabilities: list[Capability]


class Reading(BaseModel):
    """A machine on a day; hours are exact decimals."""

    date: _Day
    running_hours: _Decimal
    cumulative_hours: _Decimal
    quality: str = Field(examples=["ok"])
    quality_code: str | None
    trust: str = Field(examples=["trusted"])


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Declared refusals; every route can answer 401, 403, 429, 503 and 504."""
    content = {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    declared = sorted({401, 403, 429, 503, 504, *statuses})
    return {status: {"description": HTTPStatus(status).phrase, "content": content} for status in declared}


def row_model(resource: Resource) -> type[BaseModel]:
    """A row as the API sends it; a column that not everybody may read can be missing."""
    fields = {column.name: _describe_column(column) for column in resource.columns}
    name = "".join(word.capitalize() for word in resource.name.split("-"))
    return create_model(f"{name}Row", __doc__=f"A row of {resource.label}.", **fields)


def page_model(resource: Resource, row: type[BaseModel]) -> type[BaseModel]:
    """A page of the list."""
    return create_model(
        row.__name__.replace("Row", "Page"),
        __doc__="A page of a list.",
        rows=(list[row], ...),  # type: ignore[valid-type]
        total=(int, Field(examples=[2000], description=text.TOTAL)),
        offset=(int, Field(examples=[0])),
        limit=(int, Field(examples=[50])),
    )


def _describe_column(column: Column) -> Any:
    more: dict[str, Any] = {"title": column.label, "description": column.help or None}
    if column.choices:
        more["examples"] = [column.choices[0].value]
    kind = _TYPES.get(column.kind, str)
    return (kind | None, Field(**more) if column.capability is Capability.VIEW else Field(None, **more))


def example_call(action: Action) -> dict[str, Any]:
    """A body that the action's form accepts, its choices from the database apart."""
    call: dict[str, Any] = {"keys": [] if action.on == "list" else [17]}
    if action.on == "record":
        call["version"] = 1
    values = {item.name: _example_value(item) for item in action.fields if not item.read_only}
    hidden = {item.name for item in action.fields if not item.is_visible(values)}
    return {**call, "values": {name: value for name, value in values.items() if name not in hidden}}


def _example_value(item: FormField) -> Any:
    if item.example is not None:
        return item.example
    if item.default is not None:
        return item.default
    if item.kind == "choice":
        return item.choices[0].value if item.choices else "1"
    return _EXAMPLES.get(item.kind, f"{item.label}"[: item.max_length])


def describe_problems(server: FastAPI) -> None:
    """Put the shape of a problem, which no route names as its model, into the server's document."""

    def document() -> dict[str, Any]:
        if server.openapi_schema is None:
            made = get_openapi(
                title=server.title,
                version=server.version,
                description=server.description,
                routes=server.routes,
                servers=server.servers,
            )
            made["components"]["schemas"]["Problem"] = Problem.model_json_schema()
            made["components"]["securitySchemes"] = {
                "cookie": {"type": "apiKey", "in": "cookie", "name": "_token", "description": text.COOKIE},
                "token": {"type": "http", "scheme": "bearer", "description": text.BEARER},
            }
            made["security"] = [{"cookie": []}, {"token": []}]
            server.openapi_schema = made
        return server.openapi_schema

    server.openapi = document  # type: ignore[method-assign]
