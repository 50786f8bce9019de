"""Record errors: what the rules have rejected, kept as received until a person or a later record resolves it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from cmms.access.actors import Actor, NotFound, ViewError
from cmms.quarantine.create_missing_plants import create_plants_and_replay, find_missing_plants
from cmms.quarantine.handle_rejects import acknowledge, correct, discard
from cmms.quarantine.replay_records import REPLAY_LIMIT, AcceptedCounter, Replay, accept_counters, replay
from cmms.quarantine.suggest_counter import suggest_counter
from cmms.streams import streams_with
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
from cmms_ui.definition.stream_choices import stream_choices
from cmms_ui.resources.meter_changes.counter_values import COUNTER_VALUES, read_counter_values
from cmms_ui.resources.record_errors import text
from cmms_ui.resources.record_errors.error_codes import CODE_CHOICES, category_label
from cmms_ui.resources.record_errors.failures import ORPHANS, RECORD_WIDGETS, SUMMARY
from cmms_ui.resources.record_errors.replayed import describe_replayed
from cmms_ui.resources.record_errors.statuses import REJECT_STATES

_STREAMS = stream_choices(text.STREAM_LABELS)
_OF_MACHINES = ", ".join(f"'{name}'" for name in streams_with("machines"))
"""Streams whose machines have to be known, for a condition."""
_CATEGORIES = tuple(
    Choice(name, category_label(name)) for name in ("api", "validation", "database", "business", "orphan")
)
_COUNTER_EVENTS = (
    Choice("replacement", text.CHOICE_REPLACEMENT),
    Choice("reset", text.CHOICE_RESET),
    Choice("rollover", text.CHOICE_ROLLOVER),
    Choice("accepted", text.CHOICE_ACCEPTED),
)


def _is_open(row: Row) -> bool:
    return row.get("status") in ("open", "acknowledged", "retrying")


def _waits_for_plant(row: Row) -> bool:
    return _is_open(row) and row.get("code") == "PLANT_UNKNOWN"


def _has_odd_counter(row: Row) -> bool:
    return _is_open(row) and row.get("code") in ("COUNTER_DECREASED", "COUNTER_NOT_ADVANCED", "CUMULATIVE_BELOW_DAILY")


def _replay(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    return replay_records(actor, target.keys, target.request)


def replay_records(actor: Actor, keys: Sequence[int], request: str = "") -> Outcome:
    """Validate rejected records again; says why some are rejected again, and starts runs that store the rest."""
    return describe_replay(replay(actor, keys, request=request))


def describe_replay(asked: Replay) -> Outcome:
    """What is known at once: how many are rejected again, with a line for each, and how many a run will store."""
    failed = len(asked.rejected)
    again = text.rejected_again(failed)
    if not asked.waiting:
        sentence = again if failed else text.NOTHING_OPEN
        return Outcome(sentence, "error" if failed else "info", details=describe_replayed(asked.rejected))
    started = text.will_be_stored(asked.waiting)
    if not failed:
        return Outcome(started, "info", runs=asked.runs)
    return Outcome(f"{started} {again}", "warning", details=describe_replayed(asked.rejected), runs=asked.runs)


def _accept_counter(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    old_final, new_initial = read_counter_values(values)
    accepted = AcceptedCounter(str(values["kind"]), str(values["reason"]), old_final, new_initial)
    return describe_replay(accept_counters(actor, target.keys, accepted, request=target.request))


def _create_plants(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    plants, asked = create_plants_and_replay(actor, target.keys, request=target.request)
    outcome = describe_replay(asked)
    created = text.CREATED_PLANTS.format(plants=", ".join(plant.plant_code for plant in plants))
    left = sum(len(plant.record_ids) for plant in plants) - REPLAY_LIMIT
    more = (text.still_waiting(left),) if left > 0 else ()
    return replace(outcome, message=" ".join((created, outcome.message, *more)))


def _preview_plants(actor: Actor, target: Target, values: Mapping[str, Any]) -> Preview:
    try:
        plants = find_missing_plants(target.keys)
    except NotFound as error:  # said in the dialog, which has no form to say it at
        return Preview(error.message)
    records = sum(len(plant.record_ids) for plant in plants)
    rows = tuple((plant.plant_code, f"{len(plant.record_ids):,}") for plant in plants)
    return Preview(text.preview_plants(len(plants), records), text.PREVIEW_PLANTS_HEADS, rows)


def _acknowledge(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    taken = acknowledge(actor, target.keys, str(values.get("note") or ""))
    return Outcome(text.acknowledged(taken), "success" if taken else "warning")


def _correct(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    payload = str(values.get("edited") or values.get("payload") or "")
    changed = correct(actor, target.keys[0], target.version, payload, other_key=bool(values.get("other_key")))
    named = f" {text.CORRECTED_KEY.format(parts=', '.join(changed))}" if changed else ""
    if not values.get("replay_now"):
        return Outcome(f"{text.CORRECTED}{named}")
    try:
        outcome = _replay(actor, target, values)
    except ViewError as error:
        return Outcome(f"{text.CORRECTED_ONLY.format(problem=error.message)}{named}", "warning")
    return replace(outcome, message=f"{outcome.message}{named}")


def _discard(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    discarded = discard(actor, target.keys, str(values.get("note") or ""))
    return Outcome(text.discarded(discarded))


RECORD_ERRORS = Resource(
    name="record-errors",
    label=text.LABEL,
    singular=text.SINGULAR,
    icon="alert",
    table="sync_record_errors x",
    key="x.id",
    order=(("last_seen_at", True),),
    title="record_key",
    search_hint=text.SEARCH_HINT,
    refresh_seconds=30,
    topics=("errors", "edits"),
    widgets=(SUMMARY,),
    record_widgets=RECORD_WIDGETS,
    columns=(
        Column("id", text.COLUMN_ID, "x.id", "integer", width=90, link=True, phone="title"),
        Column(
            "status",
            text.COLUMN_STATUS,
            "x.status",
            "status",
            width=140,
            choices=choices_of(REJECT_STATES),
            statuses=REJECT_STATES,
            phone="side",
        ),
        Column("stream", text.COLUMN_STREAM, "x.stream", width=125, choices=_STREAMS),
        Column("code", text.COLUMN_CODE, "x.code", width=210, searchable=True, choices=CODE_CHOICES, phone="line"),
        Column("message", text.COLUMN_MESSAGE, "x.message", width=320, searchable=True, sortable=False, phone="line"),
        Column(
            "equipment_number",
            text.COLUMN_EQUIPMENT_NUMBER,
            "x.equipment_number",
            width=190,
            searchable=True,
            phone="fact",
        ),
        Column("reading_date", text.COLUMN_READING_DATE, "x.reading_date", "date", width=115, phone="fact"),
        Column("field", text.COLUMN_FIELD, "x.field", width=165),
        Column("rule", text.COLUMN_RULE, "x.rule", width=100, hidden=True),
        Column("category", text.COLUMN_CATEGORY, "x.category", width=115, choices=_CATEGORIES),
        Column("attempts", text.COLUMN_ATTEMPTS, "x.attempts", "integer", width=105),
        Column("last_seen_at", text.COLUMN_LAST_SEEN_AT, "x.last_seen_at", "instant", width=178),
        Column("first_seen_at", text.COLUMN_FIRST_SEEN_AT, "x.first_seen_at", "instant", width=178, hidden=True),
        Column(
            "sync_log_id",
            text.COLUMN_SYNC_LOG_ID,
            "x.sync_log_id",
            "integer",
            width=90,
            leads_to=("syncs", "sync_log_id"),
        ),
        Column("page", text.COLUMN_PAGE, "x.page", "integer", width=90, hidden=True),
        Column("position", text.COLUMN_POSITION, "x.position", "integer", width=100, hidden=True),
        Column("record_key", text.COLUMN_RECORD_KEY, "x.record_key", width=240, hidden=True),
        Column("note", text.COLUMN_NOTE, "x.note", width=200, hidden=True),
        Column("resolved_by", text.COLUMN_RESOLVED_BY, "x.resolved_by", width=120, hidden=True),
        Column("resolved_at", text.COLUMN_RESOLVED_AT, "x.resolved_at", "instant", width=178, hidden=True),
        Column(
            "payload", text.COLUMN_PAYLOAD, "CONVERT(x.payload USING utf8mb4)", "long", 300, False, False, hidden=True
        ),
        Column(
            "edited",
            text.COLUMN_EDITED,
            "CONVERT(x.edited_payload USING utf8mb4)",
            "long",
            300,
            False,
            False,
            hidden=True,
        ),
        Column("row_version", text.COLUMN_ROW_VERSION, "x.row_version", "integer", hidden=True, width=90),
    ),
    tabs=(
        Tab(
            "open",
            text.TAB_OPEN,
            "alert",
            "x.open_flag = 1",
            text.TAB_OPEN_EMPTY,
            alarming=True,
        ),
        Tab(
            "orphans",
            text.TAB_ORPHANS,
            "alert",
            f"x.open_flag = 1 AND x.stream IN ({_OF_MACHINES}) AND x.code = 'EQUIPMENT_UNKNOWN'",
            text.TAB_ORPHANS_EMPTY,
            columns=("first_seen_at",),
            hint=text.TAB_ORPHANS_HINT,
            widgets=(ORPHANS,),
        ),
        Tab(
            "in_work",
            text.TAB_IN_PROGRESS,
            "clock",
            "x.status IN ('acknowledged', 'retrying')",
            text.TAB_IN_PROGRESS_EMPTY,
        ),
        Tab("resolved", text.TAB_RESOLVED, "check", "x.status = 'resolved'", text.TAB_RESOLVED_EMPTY),
        Tab("discarded", text.TAB_DISCARDED, "stop", "x.status = 'discarded'", text.TAB_DISCARDED_EMPTY),
        Tab("all", text.TAB_ALL, "list", "", text.TAB_ALL_EMPTY),
    ),
    filters=(
        Filter("stream", text.FILTER_STREAM, choices=_STREAMS),
        Filter("category", text.FILTER_CATEGORY, choices=_CATEGORIES),
        Filter("code", text.FILTER_CODE, choices=CODE_CHOICES),
        Filter("reading_date", text.FILTER_READING_DATE, kind="days"),
    ),
    infolist=(
        Section(text.SECTION_RECORD, ("record_key", "stream", "equipment_number", "reading_date", "status")),
        Section(text.SECTION_REASON, ("code", "rule", "field", "message", "category")),
        Section(text.SECTION_WHEN, ("first_seen_at", "last_seen_at", "attempts", "sync_log_id", "page", "position")),
        Section(text.SECTION_RESOLUTION, ("resolved_by", "resolved_at", "note")),
        Section(text.SECTION_PAYLOAD, ("payload", "edited")),
    ),
    actions=(
        Action(
            "record-errors.replay",
            text.REPLAY,
            "refresh",
            _replay,
            confirm=text.REPLAY_CONFIRM,
            explain=text.REPLAY_EXPLAIN,
            visible_when=_is_open,
        ),
        Action(
            "record-errors.acknowledge",
            text.ACKNOWLEDGE,
            "check",
            _acknowledge,
            confirm=text.ACKNOWLEDGE_CONFIRM,
            explain=text.ACKNOWLEDGE_EXPLAIN,
            fields=(Field("note", text.FIELD_NOTE, max_length=500),),
            visible_when=lambda row: row.get("status") == "open",
        ),
        Action(
            "record-errors.correct",
            text.CORRECT,
            "pencil",
            _correct,
            on="record",
            confirm=text.CORRECT_CONFIRM,
            prefill=True,
            explain=text.CORRECT_EXPLAIN,
            fields=(
                Field("payload", text.FIELD_PAYLOAD, "json", read_only=True, max_length=64_000),
                Field("edited", text.FIELD_EDITED, "json", required=True, max_length=64_000),
                Field(
                    "other_key",
                    text.FIELD_OTHER_KEY,
                    "boolean",
                    help=text.FIELD_OTHER_KEY_HELP,
                ),
                Field("replay_now", text.FIELD_REPLAY_NOW, "boolean", default=True),
            ),
            visible_when=_is_open,
        ),
        Action(
            "record-errors.create_plants",
            text.CREATE_PLANTS,
            "building",
            _create_plants,
            confirm=text.CREATE_PLANTS_CONFIRM,
            explain=text.CREATE_PLANTS_EXPLAIN,
            preview=_preview_plants,
            visible_when=_waits_for_plant,
        ),
        Action(
            "record-errors.accept_counter",
            text.ACCEPT_COUNTER,
            "gauge",
            _accept_counter,
            confirm=text.ACCEPT_COUNTER_CONFIRM,
            explain=text.ACCEPT_COUNTER_EXPLAIN,
            fields=(
                Field("kind", text.FIELD_KIND, "choice", required=True, choices=_COUNTER_EVENTS, default="replacement"),
                *COUNTER_VALUES,
                Field("reason", text.FIELD_REASON, required=True, help=text.FIELD_REASON_HELP),
            ),
            suggest=lambda row: suggest_counter(int(row["id"])),
            visible_when=_has_odd_counter,
        ),
        Action(
            "record-errors.discard",
            text.DISCARD,
            "stop",
            _discard,
            confirm=text.DISCARD_CONFIRM,
            dangerous=True,
            explain=text.DISCARD_EXPLAIN,
            fields=(Field("note", text.FIELD_DISCARD_NOTE, required=True, max_length=500),),
            visible_when=_is_open,
        ),
    ),
)
