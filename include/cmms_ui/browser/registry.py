"""Callbacks by name. Each has a row in the policy, runs in a thread, and turns what cannot be done into a notification.

Dash calls plain callbacks on the event loop, which here is that of Airflow's API server: a slow query would stop
everybody. So every callback becomes a coroutine that waits for a thread.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import anyio.to_thread
import dash
from dash import ctx, get_relative_path, no_update, set_props

from cmms.access.actors import Forbidden, ViewError
from cmms.errors import CmmsError
from cmms_ui.asgi.guard import current_actor
from cmms_ui.asgi.note_refusal import note_refusal
from cmms_ui.asgi.policy import CALLBACKS
from cmms_ui.asgi.refusals import explain_outage
from cmms_ui.browser import text
from cmms_ui.render.mark_spots import mark_spots

log = logging.getLogger(__name__)
THREADS = 12


@dataclass(frozen=True)
class Registered:
    """A callback that waits for its application."""

    name: str
    arguments: tuple[Any, ...]
    options: dict[str, Any]
    function: Callable[..., Any]


REGISTERED: list[Registered] = []
FUNCTIONS: dict[str, Callable[..., Any]] = {}
"""What Dash calls for an output id; their annotations say what the values are (``check_call``)."""


def on(name: str, *arguments: Any, **options: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a callback under the name of its policy row; ``arguments`` as Dash wants them."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        REGISTERED.append(Registered(name, arguments, options, function))
        return function

    return decorate


def attach(app: dash.Dash) -> dict[str, str]:
    """Register all callbacks; returns the policy row of each output id."""
    rows: dict[str, str] = {}
    limiter = anyio.CapacityLimiter(THREADS)
    for item in REGISTERED:
        before = set(app.callback_map)
        app.callback(*item.arguments, **item.options)(_in_thread(item, limiter))
        for output in set(app.callback_map) - before:
            rows[output] = item.name
            FUNCTIONS[output] = item.function
    return rows


def notify(message: str, level: str = "success", title: str | None = None) -> None:
    """Show a notification; errors are announced at once by screen readers."""
    colour, sign = {
        "success": ("teal", "✓"), "warning": ("yellow", "▲"), "error": ("red", "✕"), "info": ("blue", "i"),
    }[level]  # fmt: skip
    set_props(
        "notifications",
        {
            "sendNotifications": [
                {
                    "title": title,
                    "message": f"{sign} {message}",
                    "color": colour,
                    "action": "show",
                    "autoClose": 12_000 if level == "error" else 6_000,
                    "closeButtonProps": {"aria-label": text.CLOSE},
                }
            ]
        },
    )


def go_to(path: str) -> None:
    """Open a page of the view, ``/syncs/7`` or ``/equipment?tab=active``.

    By ``href``: given the parts, Dash goes to the address it knew before lists wrote theirs into the address bar.
    """
    set_props("url", {"href": get_relative_path(path)})


def _change_nothing(outputs: Any) -> Any:
    """An answer that leaves every output as it is; an output for all of a kind is a list."""
    return [_change_nothing(output) for output in outputs] if isinstance(outputs, list) else no_update


def _spot_of(outputs: Any) -> str:
    """Where a callback draws: the id of its (first) output, as a text."""
    first = outputs
    while isinstance(first, list):
        first = first[0] if first else {}
    identity = first.get("id", "")
    return "/".join(str(part) for part in identity.values()) if isinstance(identity, dict) else str(identity)


def _fits(result: Any, outputs: Any) -> bool:
    """Whether each list of outputs gets as many values: a caller may name more parts as output than as state."""
    if result is no_update or not isinstance(outputs, list):
        return True
    if not isinstance(result, list | tuple) or len(result) != len(outputs):
        return False
    return all(_fits(one, output) for one, output in zip(result, outputs, strict=True))


def _in_thread(item: Registered, limiter: anyio.CapacityLimiter) -> Callable[..., Any]:
    def guarded(*values: Any) -> Any:
        try:
            current_actor().require(CALLBACKS[item.name])  # the guard has asked already; nobody passes beside it
            result = item.function(*values)
            if _fits(result, ctx.outputs_list):
                return mark_spots(result, _spot_of(ctx.outputs_list))
            notify(text.RELOAD, "error")
        except ViewError as error:
            if isinstance(error, Forbidden):
                note_refusal(current_actor(), "CALLBACK", item.name, error.message)
            notify(error.message, "error")
        except CmmsError as error:
            log.warning("%s: %s", item.name, error)
            notify(explain_outage(error)[1], "error")
        except dash.exceptions.PreventUpdate:
            raise
        except Exception:
            log.exception("The callback %s failed.", item.name)
            notify(text.SOMETHING_WENT_WRONG, "error")
        return _change_nothing(ctx.outputs_list)

    @functools.wraps(item.function)
    async def run(*values: Any) -> Any:
        return await anyio.to_thread.run_sync(functools.partial(guarded, *values), limiter=limiter)

    return run
