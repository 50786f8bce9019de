"""Classification rules, changed by administrators. Output: changed rules, audited; or what a change would move.

Rules classify at every equipment sync, so a change moves machines at the next one. A pattern that is new to us is tried
on every machine by the function that a sync uses, with a time limit: it might come to no end.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cmms.access.actors import Actor, Busy, Capability, Invalid, NotFound, Stale
from cmms.access.audit import audit
from cmms.access.connections import write
from cmms.access.edit_rows import create_row, edit_row, with_stored
from cmms.access.person_slots import Slots
from cmms.access.read_rows import Row, read
from cmms.database import Cursor, execute, query
from cmms.parse_input import parse_key, parse_whole
from cmms.sync.merge.match_rules import PATTERN_LIMIT, Matches, compile_pattern, find_groups
from cmms.words import UNCLASSIFIED

FIELDS = ("equipment_number", "equipment_description", "plant_code", "company_code")
TRIAL_SECONDS = 5.0
"""That one rule may take for all machines, as in a sync."""
_TABLE = "equipment_group_rules"
_LONG_TEXT = 499  # with the sign behind it, as long as a description can be
_MOST_SIGNS = 40
_slots = Slots(each=2, total=4)


@dataclass(frozen=True)
class Moves:
    """What rules would do: (group id now, then) -> machines; ``fixed``: machines whose group a person has chosen."""

    counts: Mapping[tuple[int | None, int | None], int]
    fixed: int

    @property
    def total(self) -> int:
        """Machines that would change their group."""
        return sum(self.counts.values())


def create_group_rule(actor: Actor, values: Mapping[str, Any]) -> int:
    """Add a rule; its pattern has been tried on every machine before."""
    actor.require(Capability.CONFIGURE)
    row = check_rule(values)
    find_moves(actor, row)
    return create_row(actor, "equipment/group_rule", _TABLE, row)


def edit_group_rule(actor: Actor, key: int, version: int | None, values: Mapping[str, Any]) -> None:
    """Change a rule; its pattern has been tried on every machine before."""
    actor.require(Capability.CONFIGURE)
    row = check_rule(with_stored("equipment/group_rule", key, values))
    find_moves(actor, row, replaced=key)
    edit_row(actor, "equipment/group_rule", _TABLE, key, version, row)


def find_moves_of_edit(actor: Actor, key: int, values: Mapping[str, Any]) -> Moves:
    """What :func:`edit_group_rule` would do."""
    return find_moves(actor, check_rule(with_stored("equipment/group_rule", key, values)), replaced=key)


def delete_group_rule(actor: Actor, key: int, version: int | None = None) -> None:
    """Delete a rule; the machines that it classified go where the other rules put them.

    Raises:
        Stale: it has another version than the one that was seen, if one is given. NotFound.
    """
    actor.require(Capability.CONFIGURE)

    def work(cursor: Cursor) -> None:
        found = query(cursor.connection, "equipment/group_rule", {"id": key})
        if not found:
            raise NotFound("there is no such rule")
        before = found[0]
        if version not in (None, before["row_version"]):
            raise Stale("This rule has been changed meanwhile. Look at it again before you delete it.")
        execute(cursor, "equipment/delete_group_rule", {"id": key})
        audit(cursor, actor, "delete", _TABLE, key, before=before)

    write(work, what="deleting a rule")


def check_rule(values: Mapping[str, Any]) -> dict[str, Any]:
    """The row of a rule; raises :class:`Invalid` for a pattern that is no regular expression of Python."""
    pattern = str(values.get("pattern") or "")
    if not 0 < len(pattern) <= PATTERN_LIMIT:
        raise Invalid("the pattern is empty or too long", pattern=f"1 to {PATTERN_LIMIT} characters")
    try:
        compile_pattern(pattern)
    except ValueError as error:
        raise Invalid("This pattern cannot be used.", pattern=str(error)) from error
    try:
        priority = parse_whole(str(values.get("priority") or ""), 0, 999_999)
    except ValueError as error:
        raise Invalid(f"the priority {error}", priority=str(error)) from None
    if values.get("field") not in FIELDS:
        raise Invalid("there is no such field", field="is not one of the choices")
    return {
        "priority": priority,
        "equipment_group_id": parse_key(values["equipment_group_id"]),
        "field": values["field"],
        "pattern": pattern,
        "is_active": int(bool(values.get("is_active", True))),
    }


def find_moves(actor: Actor, row: Mapping[str, Any] | None, *, replaced: int | None = None) -> Moves:
    """Which machines would change their group with ``row`` among the rules, or without the rule ``replaced``.

    Raises:
        Invalid: the pattern takes too long. Busy: the person tries rules already, or too many others do.
    """
    rules: list[Mapping[str, Any]] = [rule for rule in read("equipment/active_group_rules") if rule["id"] != replaced]
    if row and row["is_active"]:
        rules.append(row)
    rules.sort(key=lambda rule: int(rule["priority"]))
    machines = read("equipment/machines_to_classify")
    free = [machine for machine in machines if machine["group_source"] != "manual"]
    groups = _try_rules(actor, rules, free)
    counts = Counter(
        (machine["equipment_group_id"], group)
        for machine, group in zip(free, groups, strict=True)
        if machine["equipment_group_id"] != group
    )
    return Moves(dict(counts), len(machines) - len(free))


def group_names() -> dict[int | None, str]:
    """The name of every group by its id, and the name for machines without a group."""
    return {None: UNCLASSIFIED, **{int(row["id"]): str(row["name"]) for row in read("equipment/all_groups")}}


def _try_rules(actor: Actor, rules: list[Mapping[str, Any]], machines: list[Row]) -> list[int | None]:
    """The group of each machine, found by the same function as in a sync."""
    listed = [(rule["field"], rule["pattern"], rule["equipment_group_id"]) for rule in rules]
    texts = [{field: machine[field] for field in FIELDS} for machine in machines]
    probes = [dict.fromkeys(FIELDS, text) for text in _hard_texts(rules)]
    slot = _slots.take(actor.name)
    if slot is None:
        raise Busy("You or others try rules at this moment; try again in a minute.")
    try:
        matches = find_groups(listed, [*texts, *probes], rule_seconds=TRIAL_SECONDS)
    finally:
        slot.leave()
    _check_usable(rules, matches)
    return matches.groups[: len(texts)]


def _check_usable(rules: list[Mapping[str, Any]], matches: Matches) -> None:
    """Raise :class:`Invalid` unless every rule could be tried on every machine."""
    for number in matches.unusable:
        try:
            compile_pattern(str(rules[number]["pattern"]))
        except ValueError:
            raise Invalid("One of the active rules is no regular expression: correct or delete it first.") from None
        raise Invalid(
            f"The rules did not come to an end within {TRIAL_SECONDS:.0f} seconds.",
            pattern="takes too long on your machines, or on a long text",
        )


def _hard_texts(rules: list[Mapping[str, Any]]) -> list[str]:
    """Long texts of one sign: a pattern that can take for ever does so on one of them, whatever the machines are."""
    signs = sorted({sign for rule in rules for sign in str(rule["pattern"]) if sign.isalnum()} | set("aA0 -"))
    return [sign * _LONG_TEXT + "!" for sign in signs[:_MOST_SIGNS]]
