"""The policy: who may call what. One row per route, per callback and per action; what has no row is refused.

``tests/plugins/test_policy.py`` fails for any route of the application, any callback of the view and any action of a
resource that has no row here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from cmms.access.actors import Capability

VIEW, TRIGGER, EDIT, CONFIGURE = Capability.VIEW, Capability.TRIGGER, Capability.EDIT, Capability.CONFIGURE


@dataclass(frozen=True)
class Route:
    """``{name}`` in a path stands for one segment, ``{name:path}`` for any number of them."""

    method: str
    path: str
    capability: Capability

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The path as a regular expression."""
        escaped = re.sub(r"\\\{\w+:path\\\}", ".+", re.escape(self.path))
        return re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", escaped))


WEBSOCKET = "WEBSOCKET"

ROUTES: tuple[Route, ...] = (
    # Pages. All of them are the same document; what they show is asked for by callbacks.
    Route("GET", "/", VIEW),
    Route("GET", "/catalogue", VIEW),
    Route("GET", "/diagnostics", VIEW),  # what it shows is for who may run it
    Route("GET", "/equipment", VIEW),
    Route("GET", "/equipment/{key}", VIEW),
    Route("GET", "/running-times", VIEW),
    Route("GET", "/running-times/{key}", VIEW),
    Route("GET", "/meter-changes", VIEW),
    Route("GET", "/meter-changes/{key}", VIEW),
    Route("GET", "/installations", VIEW),
    Route("GET", "/installations/{key}", VIEW),
    Route("GET", "/availability", VIEW),
    Route("GET", "/availability/{key}", VIEW),
    Route("GET", "/doubtful-readings", VIEW),
    Route("GET", "/doubtful-readings/{key}", VIEW),
    Route("GET", "/validations", VIEW),
    Route("GET", "/validations/{key}", VIEW),
    Route("GET", "/validation-findings", VIEW),
    Route("GET", "/validation-findings/{key}", VIEW),
    Route("GET", "/dues", VIEW),
    Route("GET", "/dues/{key}", VIEW),
    Route("GET", "/work-orders", VIEW),
    Route("GET", "/work-orders/{key}", VIEW),
    Route("GET", "/syncs", VIEW),
    Route("GET", "/syncs/{key}", VIEW),
    Route("GET", "/reconciliations", VIEW),
    Route("GET", "/reconciliations/{key}", VIEW),
    Route("GET", "/record-errors", VIEW),
    Route("GET", "/record-errors/{key}", VIEW),
    Route("GET", "/plants", VIEW),
    Route("GET", "/plants/{key}", VIEW),
    Route("GET", "/groups", VIEW),
    Route("GET", "/groups/{key}", VIEW),
    Route("GET", "/group-rules", VIEW),
    Route("GET", "/group-rules/{key}", VIEW),
    Route("GET", "/maintenance-plans", VIEW),
    Route("GET", "/maintenance-plans/{key}", VIEW),
    Route("GET", "/schedules", VIEW),
    Route("GET", "/schedules/{key}", VIEW),
    Route("GET", "/notifications", VIEW),
    Route("GET", "/notifications/{key}", VIEW),
    # What the view is made of.
    Route("GET", "/_dash-layout", VIEW),
    Route("GET", "/_dash-dependencies", VIEW),
    Route("GET", "/_dash-component-suites/{package}/{file:path}", VIEW),
    Route("GET", "/_favicon.ico", VIEW),
    Route("GET", "/assets/{file:path}", VIEW),
    Route("POST", "/_dash-update-component", VIEW),  # and then the row of the callback
    # REST API.
    Route("GET", "/api/v1/openapi.json", VIEW),
    Route("GET", "/api/v1/me", VIEW),
    Route("GET", "/api/v1/events", VIEW),  # names of what has changed; checked again every minute
    Route("GET", "/api/v1/meta", VIEW),
    Route("GET", "/api/v1/meta/{resource}", VIEW),
    Route("GET", "/api/v1/diagnostics", CONFIGURE),
    Route("POST", "/api/v1/diagnostics", CONFIGURE),
    Route("GET", "/api/v1/{resource}", VIEW),
    Route("GET", "/api/v1/{resource}/{key}", VIEW),
    Route("GET", "/api/v1/{resource}/badges", VIEW),
    Route("GET", "/api/v1/{resource}/chips", VIEW),
    Route("GET", "/api/v1/{resource}/export", VIEW),
    Route("GET", "/api/v1/equipment/{key}/running-times", VIEW),
    Route("POST", "/api/v1/{resource}/actions/{action}", VIEW),  # and then the row of the action
    Route("POST", "/api/v1/{resource}/actions/{action}/preview", VIEW),  # the same row
)

CALLBACKS: dict[str, Capability] = {
    "show_page": VIEW,
    "show_status": VIEW,
    "load_rows": VIEW,
    "show_toolbar": VIEW,
    "find_anything": VIEW,  # opens the form of an action only for who may run it
    "remember_columns": VIEW,  # one's own
    "save_view": VIEW,  # one's own; sharing needs EDIT
    "open_action": VIEW,  # the form of an action; shows nothing to who may not run it
    "submit_action": VIEW,  # and then the row of the action
    "show_progress": VIEW,  # of one's own action
    "edit_cell": EDIT,
    "refresh_widget": VIEW,
    "build_search": VIEW,
    "show_details": VIEW,
    "run_diagnostics": CONFIGURE,
}

ACTIONS: dict[str, Capability] = {
    "equipment.create": EDIT,
    "equipment.edit": EDIT,
    "equipment.activate": EDIT,
    "equipment.deactivate": EDIT,
    "equipment.move": EDIT,
    "equipment.serviced": EDIT,
    "equipment.schedule": EDIT,
    "equipment.order": TRIGGER,
    "equipment.new_order": TRIGGER,
    "equipment.meter_change": EDIT,
    "equipment.meter_settings": EDIT,
    "equipment.install": EDIT,
    "equipment.uninstall": EDIT,
    "equipment.availability": EDIT,
    "installations.delete": EDIT,
    "availability.delete": EDIT,
    "meter-changes.edit": EDIT,
    "meter-changes.withdraw": EDIT,
    "equipment.sync": TRIGGER,
    "equipment.retry": EDIT,
    "equipment.validate": TRIGGER,
    "running-times.void": EDIT,
    "running-times.undo_void": EDIT,
    "doubtful-readings.accept": EDIT,
    "doubtful-readings.void": EDIT,
    "doubtful-readings.reopen": EDIT,
    "doubtful-readings.change_meter": EDIT,
    "dues.order": TRIGGER,
    "work-orders.start": EDIT,
    "work-orders.hold": EDIT,
    "work-orders.complete": EDIT,
    "work-orders.close": EDIT,
    "work-orders.cancel": EDIT,
    "work-orders.reopen": EDIT,
    "work-orders.edit": EDIT,
    "syncs.equipment": TRIGGER,
    "syncs.running_time": TRIGGER,
    "syncs.reconcile": TRIGGER,
    "syncs.retry": TRIGGER,
    "syncs.pause": TRIGGER,
    "syncs.resume": TRIGGER,
    "syncs.cancel": TRIGGER,
    "syncs.stop_all": TRIGGER,  # Airflow asks for the right to pause DAGs besides
    "syncs.resume_all": TRIGGER,
    "record-errors.acknowledge": EDIT,
    "record-errors.replay": EDIT,
    "record-errors.correct": EDIT,
    "record-errors.accept_counter": EDIT,
    "record-errors.create_plants": CONFIGURE,
    "record-errors.discard": EDIT,
    "plants.create": CONFIGURE,
    "plants.edit": CONFIGURE,
    "groups.create": CONFIGURE,
    "groups.edit": CONFIGURE,
    "group-rules.create": CONFIGURE,
    "group-rules.edit": CONFIGURE,
    "group-rules.delete": CONFIGURE,
    "maintenance-plans.create": CONFIGURE,
    "maintenance-plans.edit": CONFIGURE,
    "maintenance-plans.evaluate": EDIT,
    "schedules.reschedule": EDIT,
    "schedules.remove": EDIT,
    "notifications.read": VIEW,
    "notifications.acknowledge": EDIT,
}


def find_route(method: str, path: str) -> Route | None:
    """The row for a request, None when there is none; the first one that matches counts."""
    wanted = "GET" if method == "HEAD" else method
    exact = [route for route in ROUTES if route.method == wanted and route.path == path]
    matching = exact or [route for route in ROUTES if route.method == wanted and route.pattern.fullmatch(path)]
    return matching[0] if matching else None
