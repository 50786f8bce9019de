"""Reads docker-compose.yaml and .env.example as `docker compose` does, as far as these files need it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

REPOSITORY = Path(__file__).parents[2]
_VARIABLE = re.compile(r"\$\$|\$\{(?P<name>\w+)(?::(?P<kind>[-?])(?P<rest>[^}]*))?\}")


class MissingVariable(Exception):
    """What `${NAME:?message}` says when NAME is unset or empty."""


def interpolate(text: str, variables: Mapping[str, str]) -> str:
    """Replace `${NAME}`, `${NAME:-default}`, `${NAME:?message}` and `$$`."""

    def value(found: re.Match[str]) -> str:
        if found[0] == "$$":
            return "$"
        given = variables.get(found["name"], "")
        if given or found["kind"] is None:
            return given
        if found["kind"] == "?":
            raise MissingVariable(found["rest"])
        return found["rest"]

    return _VARIABLE.sub(value, text)


def read_variables() -> dict[str, tuple[str | None, str | None]]:
    """Variables that the file uses -> how an unset one is treated ('-', '?' or None) and default or message."""
    text = (REPOSITORY / "docker-compose.yaml").read_text(encoding="utf-8")
    return {found["name"]: (found["kind"], found["rest"]) for found in _VARIABLE.finditer(text) if found["name"]}


def read_compose(variables: Mapping[str, str]) -> dict[str, Any]:
    """The file with all variables replaced."""

    def replace(node: Any) -> Any:
        if isinstance(node, dict):
            return {key: replace(value) for key, value in node.items()}
        if isinstance(node, list):
            return [replace(value) for value in node]
        return interpolate(node, variables) if isinstance(node, str) else node

    raw = yaml.safe_load((REPOSITORY / "docker-compose.yaml").read_text(encoding="utf-8"))
    replaced: dict[str, Any] = replace(raw)
    return replaced


def read_example(*, commented: bool = False) -> dict[str, str]:
    """Variables of .env.example; with `commented`, those behind a `#` only."""
    start = "#" if commented else ""
    lines = (REPOSITORY / ".env.example").read_text(encoding="utf-8").splitlines()
    found = [re.match(rf"^{start}([A-Z_]+)=(.*)$", line) for line in lines]
    return {match[1]: match[2].strip("'") for match in found if match}


def read_pins() -> dict[str, str]:
    """Package -> version of requirements.txt."""
    text = (REPOSITORY / "requirements.txt").read_text(encoding="utf-8")
    return dict(re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;]+)", text, flags=re.MULTILINE))
