"""Write what is around the records of a page: totals, cursor or next link, in the body or in headers.

Input: query, total, position of the next page. Output: the body before and after the records, and headers.
"""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from cmms.simulator.config import SimulatorConfig
from cmms.simulator.queries import PageEdit, Query

_HOLE = "@records@"


def write_envelope(
    config: SimulatorConfig, query: Query, edit: PageEdit, total: int, next_offset: int | None
) -> tuple[bytes, bytes, dict[str, str]]:
    """Return what comes before and after the list of records, and the headers."""
    headers: dict[str, str] = {}
    bare = config.records_path == ""
    tree: dict[str, Any] = {}
    if not bare:
        _put(tree, config.records_path, _HOLE)
    if config.meta_path is not None and not edit.without_meta:
        if bare:
            headers[config.total_header] = str(total)
        else:
            for name, value in _meta(config, query, total).items():
                _put(tree, f"{config.meta_path}.{name}" if config.meta_path else name, value)
    if config.pagination == "cursor":
        cursor = None if next_offset is None else write_cursor(next_offset)
        if not bare:
            _put(tree, config.cursor_path, cursor)
        elif cursor is not None:
            headers[config.cursor_header] = cursor
    elif config.pagination in ("next_link", "link_header"):
        link = None if next_offset is None else _link(config, query, next_offset, edit.next_origin)
        if config.pagination == "next_link":
            _put(tree, config.next_link_path, link)
        else:
            first = f'<{_link(config, query, 0, None)}>; rel="first"'
            headers["Link"] = first if link is None else f'{first}, <{link}>; rel="next"'
    text = json.dumps(_HOLE if bare else tree, ensure_ascii=False, separators=(",", ":"))
    before, after = text.encode().split(json.dumps(_HOLE).encode())
    return before, after, headers


def _meta(config: SimulatorConfig, query: Query, total: int) -> Mapping[str, int]:
    if config.pagination == "page":
        last_page = max(1, math.ceil(total / query.limit))
        return {"total": total, "page": query.page, "per_page": query.limit, "last_page": last_page}
    if config.pagination == "offset":
        return {"total": total, "offset": query.offset, "limit": query.limit}
    return {"total": total}


def _link(config: SimulatorConfig, query: Query, offset: int, origin: str | None) -> str:
    parameters = [
        *query.parameters,
        (config.page_param, str(offset // query.limit + 1)),
        (config.per_page_param, str(query.limit)),
    ]
    return f"{origin or query.origin}{config.path_of(query.stream)}?{urlencode(parameters)}"


def write_cursor(offset: int) -> str:
    """Return the opaque token of a position."""
    return base64.urlsafe_b64encode(f"row:{offset}".encode()).decode()


def read_cursor(token: str) -> int:
    """Return the position of a token.

    Raises:
        ValueError: the token was not made by `write_cursor`.
    """
    kind, _, number = base64.urlsafe_b64decode(token.encode()).decode("ascii").partition(":")
    if kind != "row":
        raise ValueError("unknown cursor")
    return int(number)


def _put(tree: dict[str, Any], path: str, value: object) -> None:
    *parents, leaf = path.split(".")
    for name in parents:
        tree = tree.setdefault(name, {})
    tree[leaf] = value
