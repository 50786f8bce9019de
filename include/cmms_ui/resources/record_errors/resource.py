"""Record errors: what the rules have rejected, kept as received until a person or a later record settles it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from cmms.access.actors import Actor, NotFound, ViewError
from cmms.quarantine.create_missing_plants import create_plants_and_replay, find_missing_plants
from cmms.quarantine.handle_rejects import acknowledge, correct, discard
from cmms.quarantine.replay_records import REPLAY_LIMIT, AcceptedCounter, Replay, accept_counters, replay
from cmms.words import agree, count_of
from cmms_ui.definition.schema import (
    Action,
    Choice,
    Column,
    Field,
    Filter,
    Outcome,
    Preview,
    Resource,
    Row,
    Section,
    Tab,
    Target,
    choices_of,
)
from cmms_ui.resources.record_errors.failures import ORPHANS, RECORD_WIDGETS, SUMMARY
from cmms_ui.resources.record_errors.replayed import describe_replayed
from cmms_ui.resources.record_errors.statuses import REJECT_STATES

_STREAMS = (Choice("equipment", "Equipment"), Choice("running_time", "Running time"))
_CATEGORIES = tuple(Choice(name, name.capitalize()) for name in ("api", "validation", "database", "business", "orphan"))
_COUNTER_EVENTS = (
    Choice("replacement", "Counter was replaced"),
    Choice("reset", "Counter was set to zero"),
    Choice("rollover", "Counter began again at its end"),
    Choice("accepted", "Something else: the counter is right"),
)


def _is_open(row: Row) -> bool:
    return row.get("status") in ("open", "acknowledged", "retrying")


def _waits_for_plant(row: Row) -> bool:
    return _is_open(row) and row.get("code") == "PLANT_UNKNOWN"


def _has_odd_counter(row: Row) -> bool:
    return _is_open(row) and row.get("code") in ("COUNTER_DECREASED", "COUNTER_NOT_ADVANCED")


def _replay(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    return replay_records(actor, target.keys, target.request)


def replay_records(actor: Actor, keys: Sequence[int], request: str = "") -> Outcome:
    """Judge rejected records again; says why some are rejected again, and starts runs that store the rest."""
    return describe_replay(replay(actor, keys, request=request))


def describe_replay(asked: Replay) -> Outcome:
    """What is known at once: how many are rejected again, with a line for each, and how many a run will store."""
    failed = len(asked.rejected)
    again = f"{count_of(failed, 'record is', 'records are')} rejected again: the reason may be a new one."
    if not asked.waiting:
        text = again if failed else "No record is open any more."
        return Outcome(text, "error" if failed else "info", details=describe_replayed(asked.rejected))
    started = f"{count_of(asked.waiting, 'record')} will be stored by a run in Airflow."
    if not failed:
        return Outcome(started, "info", runs=asked.runs)
    return Outcome(f"{started} {again}", "warning", details=describe_replayed(asked.rejected), runs=asked.runs)


def _accept_counter(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    accepted = AcceptedCounter(str(values["kind"]), str(values["reason"]))
    return describe_replay(accept_counters(actor, target.keys, accepted, request=target.request))


def _create_plants(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    plants, asked = create_plants_and_replay(actor, target.keys, request=target.request)
    outcome = describe_replay(asked)
    created = f"Created: {', '.join(plant.plant_code for plant in plants)}. {outcome.message}"
    left = sum(len(plant.record_ids) for plant in plants) - REPLAY_LIMIT
    if left > 0:
        created += f" {count_of(left, 'more record waits', 'more records wait')}: choose some of them and replay."
    return replace(outcome, message=created)


def _preview_plants(actor: Actor, target: Target, values: Mapping[str, Any]) -> Preview:
    try:
        plants = find_missing_plants(target.keys)
    except NotFound as error:  # said in the dialog, which has no form to say it at
        return Preview(error.message)
    records = sum(len(plant.record_ids) for plant in plants)
    text = (
        f"{count_of(len(plants), 'plant')} would be created, named by code until you rename"
        f" {agree(len(plants), 'it', 'them')} in Plants; {count_of(records, 'waiting record')}"
        " would be judged again."
    )
    return Preview(
        text, ("Plant", "Records that wait"), tuple((p.plant_code, f"{len(p.record_ids):,}") for p in plants)
    )


def _acknowledge(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    taken = acknowledge(actor, target.keys, str(values.get("note") or ""))
    return Outcome(f"You take care of {count_of(taken, 'record')}.", "success" if taken else "warning")


def _correct(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    text = str(values.get("edited") or values.get("payload") or "")
    otherwise = correct(actor, target.keys[0], target.version, text, other_key=bool(values.get("other_key")))
    named = f" It is now a record of another {', '.join(otherwise)}." if otherwise else ""
    if not values.get("replay_now"):
        return Outcome(f"The correction has been saved; replay stores it.{named}")
    try:
        outcome = _replay(actor, target, values)
    except ViewError as error:
        said = f"The correction is saved, but not replayed yet: {error.message} Replay it afterwards."
        return Outcome(f"{said}{named}", "warning")
    return replace(outcome, message=f"{outcome.message}{named}")


def _discard(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    discarded = discard(actor, target.keys, str(values.get("note") or ""))
    return Outcome(f"{count_of(discarded, 'record has', 'records have')} been discarded.")


RECORD_ERRORS = Resource(
    name="record-errors",
    label="Record errors",
    singular="Rejected record",
    icon="alert",
    table="sync_record_errors x",
    key="x.id",
    order=(("last_seen_at", True),),
    title="record_key",
    search_hint="Search machine, code or message",
    refresh_seconds=30,
    topics=("errors", "edits"),
    widgets=(SUMMARY,),
    record_widgets=RECORD_WIDGETS,
    columns=(
        Column("id", "Id", "x.id", "integer", width=90, link=True, phone="title"),
        Column(
            "status",
            "Status",
            "x.status",
            "status",
            width=140,
            choices=choices_of(REJECT_STATES),
            statuses=REJECT_STATES,
            phone="side",
        ),
        Column("stream", "Type", "x.stream", width=125, choices=_STREAMS),
        Column("code", "Code", "x.code", width=210, searchable=True, phone="line"),
        Column("message", "Reason", "x.message", width=320, searchable=True, sortable=False, phone="line"),
        Column("equipment_number", "Machine", "x.equipment_number", width=190, searchable=True, phone="fact"),
        Column("reading_date", "Day", "x.reading_date", "date", width=115, phone="fact"),
        Column("field", "Field", "x.field", width=165),
        Column("rule", "Rule", "x.rule", width=100, hidden=True),
        Column("category", "Category", "x.category", width=115, choices=_CATEGORIES),
        Column("attempts", "Attempts", "x.attempts", "integer", width=105),
        Column("last_seen_at", "Last seen", "x.last_seen_at", "instant", width=178),
        Column("first_seen_at", "First seen", "x.first_seen_at", "instant", width=178, hidden=True),
        Column("sync_log_id", "Run", "x.sync_log_id", "integer", width=90, leads_to=("syncs", "sync_log_id")),
        Column("page", "Page", "x.page", "integer", width=90, hidden=True),
        Column("position", "Position", "x.position", "integer", width=100, hidden=True),
        Column("record_key", "Key", "x.record_key", width=240, hidden=True),
        Column("note", "Note", "x.note", width=200, hidden=True),
        Column("resolved_by", "Settled by", "x.resolved_by", width=120, hidden=True),
        Column("resolved_at", "Settled at", "x.resolved_at", "instant", width=178, hidden=True),
        Column("payload", "As received", "CONVERT(x.payload USING utf8mb4)", "long", 300, False, False, hidden=True),
        Column(
            "edited", "Corrected", "CONVERT(x.edited_payload USING utf8mb4)", "long", 300, False, False, hidden=True
        ),
        Column("row_version", "Version", "x.row_version", "integer", hidden=True, width=90),
    ),
    tabs=(
        Tab(
            "open",
            "Open",
            "alert",
            "x.open_flag = 1",
            "Nothing is rejected: every record has been stored.",
            alarming=True,
        ),
        Tab(
            "orphans",
            "Unknown machines",
            "alert",
            "x.open_flag = 1 AND x.stream = 'running_time' AND x.code = 'EQUIPMENT_UNKNOWN'",
            "Every reading names a machine that is known.",
            columns=("first_seen_at",),
            hint="Readings of machines that no snapshot has held: stored by themselves when the machine appears.",
            widgets=(ORPHANS,),
        ),
        Tab("in_work", "In work", "clock", "x.status IN ('acknowledged', 'retrying')", "Nobody works on a record."),
        Tab("resolved", "Resolved", "check", "x.status = 'resolved'", "Nothing has been resolved yet."),
        Tab("discarded", "Discarded", "stop", "x.status = 'discarded'", "Nothing has been discarded."),
        Tab("all", "All", "list", "", "No record has ever been rejected."),
    ),
    filters=(
        Filter("stream", "Type", choices=_STREAMS),
        Filter("category", "Category", choices=_CATEGORIES),
        Filter("reading_date", "Day", kind="days"),
    ),
    infolist=(
        Section("Record", ("record_key", "stream", "equipment_number", "reading_date", "status")),
        Section("Why", ("code", "rule", "field", "message", "category")),
        Section("When", ("first_seen_at", "last_seen_at", "attempts", "sync_log_id", "page", "position")),
        Section("Settled", ("resolved_by", "resolved_at", "note")),
        Section("Content", ("payload", "edited")),
    ),
    actions=(
        Action(
            "record-errors.replay",
            "Replay",
            "refresh",
            _replay,
            confirm="Replay",
            explain="Judges the records again by every rule, without asking the source, and stores those that pass.",
            visible_when=_is_open,
        ),
        Action(
            "record-errors.acknowledge",
            "Take over",
            "check",
            _acknowledge,
            confirm="Take over",
            explain="Says that you take care of these records. They stay open until they are stored or discarded.",
            fields=(Field("note", "Note", max_length=500),),
            visible_when=lambda row: row.get("status") == "open",
        ),
        Action(
            "record-errors.correct",
            "Correct",
            "pencil",
            _correct,
            on="record",
            confirm="Save",
            prefill=True,
            explain="The record as received is kept; your version is what a replay validates.",
            fields=(
                Field("payload", "As received", "json", read_only=True, max_length=64_000),
                Field("edited", "Corrected record", "json", required=True, max_length=64_000),
                Field(
                    "other_key",
                    "It is a record of another machine, plant or day",
                    "boolean",
                    help="Needed if the corrected record names another one than before. The rejected record and the"
                    " audit log then name both.",
                ),
                Field("replay_now", "Replay at once", "boolean", default=True),
            ),
            visible_when=_is_open,
        ),
        Action(
            "record-errors.create_plants",
            "Create plant and replay",
            "building",
            _create_plants,
            confirm="Create and replay",
            explain="Creates the plants that these records name, and stores every record that waits for one of them.",
            preview=_preview_plants,
            visible_when=_waits_for_plant,
        ),
        Action(
            "record-errors.accept_counter",
            "Accept counter",
            "gauge",
            _accept_counter,
            confirm="Accept and replay",
            explain="Takes the counter as the source says it from this day on, and stores the reading; those of later"
            " days are compared with it.",
            fields=(
                Field("kind", "What happened", "choice", required=True, choices=_COUNTER_EVENTS, default="replacement"),
                Field("reason", "Reason", required=True, help="Kept with the reading's counter: who said so and why."),
            ),
            visible_when=_has_odd_counter,
        ),
        Action(
            "record-errors.discard",
            "Discard",
            "stop",
            _discard,
            confirm="Discard",
            dangerous=True,
            explain="The records stay here as discarded and are never stored.",
            fields=(Field("note", "Reason", required=True, max_length=500),),
            visible_when=_is_open,
        ),
    ),
)
