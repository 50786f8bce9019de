"""A second, deliberately small reading of the protocol: walks all pages of a simulated stream."""

from __future__ import annotations

from typing import Any

import requests

from cmms.simulator import SimulatorConfig

MOST_PAGES = 12


def credentials(config: SimulatorConfig) -> dict[str, str]:
    """Return the headers of the fixed-token schemes."""
    return {
        "none": {},
        "bearer": {"Authorization": f"Bearer {config.token}"},
        "raw_token": {"Authorization": config.token},
        "api_key": {config.api_key_header: config.token},
    }[config.auth]


def pick(content: Any, path: str) -> Any:
    """Return the value at a dotted path."""
    for name in path.split(".") if path else []:
        content = content[name]
    return content


def walk(session: requests.Session, base_url: str, config: SimulatorConfig, parameters: dict[str, Any], limit: int):
    """Return (records, number of pages) of the running times that `parameters` ask for."""
    url: str | None = base_url + config.running_time_path
    by_page = config.pagination in ("page", "next_link", "link_header")
    asked = {**parameters, (config.per_page_param if by_page else config.limit_param): limit}
    records: list[dict[str, Any]] = []
    for pages in range(1, MOST_PAGES):
        answer = session.get(url, params=asked, headers=credentials(config), timeout=10)
        assert answer.status_code == 200, answer.text
        rows = pick(answer.json(), config.records_path)
        records += rows
        match config.pagination:
            case "none":
                return records, pages
            case "page":
                asked = {**asked, config.page_param: pages + 1}
                done = len(rows) < limit
            case "offset":
                asked = {**asked, config.offset_param: len(records)}
                done = len(rows) < limit
            case "cursor":
                if config.records_path:
                    cursor = pick(answer.json(), config.cursor_path)
                else:
                    cursor = answer.headers.get(config.cursor_header)
                asked = {**asked, config.cursor_param: cursor}
                done = cursor is None
            case "next_link":
                url, asked = pick(answer.json(), config.next_link_path), {}
                done = url is None
            case "link_header":
                url, asked = answer.links.get("next", {}).get("url"), {}
                done = url is None
        if done:
            return records, pages
    raise AssertionError("paging does not end")
