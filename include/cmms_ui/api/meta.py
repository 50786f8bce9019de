"""What a resource is made of, for programs. Input: the resource and who asks. Output: JSON."""

from __future__ import annotations

from typing import Any

from cmms.access.actors import Actor
from cmms.listing.definition import OPERATORS_OF
from cmms_ui.definition.schema import Resource
from cmms_ui.resources import RESOURCES
from cmms_ui.run_action import may_run


def describe_resource(resource: Resource, actor: Actor) -> dict[str, Any]:
    """Its columns, tabs, filters and actions, as far as the person may use them, and what it belongs to and has.

    ``belongs_to``: a row holds the key of one row of that resource. ``has_many``: that resource's list, filtered by
    this key, is what belongs to a row.
    """
    return {
        "name": resource.name,
        "label": resource.label,
        "columns": [
            {
                "name": column.name,
                "label": column.label,
                "kind": column.kind,
                "sortable": column.sortable,
                "operators": OPERATORS_OF.get(column.to_field().kind, OPERATORS_OF["text"])
                if column.filterable
                else [],
            }
            for column in resource.visible_columns(actor)
        ],
        "belongs_to": [{"resource": other, "key": key} for other, key in _leads_to(resource, actor)],
        "has_many": [
            {"resource": other.name, "key": key}
            for other in RESOURCES.values()
            for name, key in _leads_to(other, actor)
            if name == resource.name
        ],
        "tabs": [{"name": tab.name, "label": tab.label} for tab in resource.visible_tabs(actor)],
        "chips": [{"name": chip.name, "label": chip.label} for chip in resource.chips],
        "relations": [
            {
                "name": relation.name,
                "label": relation.label,
                "fields": [{"name": c.name, "label": c.label, "kind": c.kind} for c in relation.columns],
            }
            for relation in resource.relations
        ],
        "filters": [{"column": item.column, "label": item.label, "kind": item.kind} for item in resource.filters],
        "actions": [
            {
                "verb": action.verb,
                "label": action.label,
                "on": action.on,
                "fields": [
                    {
                        "name": f.name,
                        "label": f.label,
                        "kind": f.kind,
                        "required": f.required,
                        "visible_when": f.visible_when,
                    }
                    for f in action.fields
                ],
            }
            for action in resource.actions
            if may_run(actor, action)
        ],
    }


def _leads_to(resource: Resource, actor: Actor) -> list[tuple[str, str]]:
    return [column.leads_to for column in resource.visible_columns(actor) if column.leads_to]
