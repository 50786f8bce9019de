"""Syncs: every run, with its counts, how it ended, and what can be done about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from cmms.access.actors import Actor, Capability, Invalid, ViewError
from cmms.dag_ids import SYNC_DAG_IDS
from cmms.figures.machines import count_machines
from cmms.figures.read_gaps import last_due_day
from cmms.parse_input import parse_day
from cmms.run_control.start_syncs import StartedRun, control_run, retry_run, start_reconciliation, start_sync
from cmms.run_control.stop_syncs import read_open_runs, resume_all, stop_all
from cmms.streams import STREAMS
from cmms.sync.records import OPEN_STATUSES, RETRYABLE_STATUSES
from cmms.words import count_of
from cmms_ui.definition.schema import (
    Action,
    Choice,
    Column,
    Detail,
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
from cmms_ui.definition.status import LEVELS
from cmms_ui.definition.stream_choices import stream_choices
from cmms_ui.render.parts import sync_label
from cmms_ui.resources.plants.place_choices import plant_code_choices
from cmms_ui.resources.reconciliations.report import RECONCILED
from cmms_ui.resources.record_errors.error_codes import category_label
from cmms_ui.resources.record_errors.error_stream import ERROR_STREAM
from cmms_ui.resources.record_errors.failures import CATEGORIES, RETRIES, SUMMARY, TOP_CODES
from cmms_ui.resources.running_times.gaps import FRESHNESS, GAPS
from cmms_ui.resources.syncs import text
from cmms_ui.resources.syncs.daily_syncs import DAILY
from cmms_ui.resources.syncs.live_widgets import LIVE, RECENT
from cmms_ui.resources.syncs.metrics import PERFORMANCE, WEEKS
from cmms_ui.resources.syncs.outcomes import ALL_OUTCOMES, EQUIPMENT_OUTCOMES, RATES, RUNNING_TIME_OUTCOMES
from cmms_ui.resources.syncs.plant_syncs import BY_PLANT
from cmms_ui.resources.syncs.run_widgets import RECORD_WIDGETS
from cmms_ui.resources.syncs.speed import SPEEDS
from cmms_ui.resources.syncs.statuses import RUN_STATES

_TYPES = (
    *stream_choices(text.STREAM_LABELS),
    Choice("replay", text.CHOICE_REPLAY),
    Choice("cleanup", text.CHOICE_CLEANUP),
)
_STATUSES = choices_of(RUN_STATES)
_LEVELS = choices_of(LEVELS)
_CATEGORIES = tuple(Choice(name, category_label(name)) for name in ("api", "validation", "database", "business"))
_TRIGGERS = tuple(Choice(name, label) for name, label in text.TRIGGERS.items())
RETRY_LIMIT = 20
CONTROL_LIMIT = 500


_PLANTS = Field(
    "plant_codes", text.FIELD_PLANT_CODES, "choices", load_choices=plant_code_choices, help=text.FIELD_PLANT_CODES_HELP
)
_SCOPE = (
    _PLANTS,
    Field(
        "equipment_numbers",
        text.FIELD_EQUIPMENT_NUMBERS,
        "long",
        max_length=20_000,
        help=text.FIELD_EQUIPMENT_NUMBERS_HELP,
    ),
)


def _words(value: object) -> list[str]:
    return [word.strip() for word in str(value or "").replace("\n", ",").split(",") if word.strip()]


def _day(values: Mapping[str, Any], name: str) -> date | None:
    entered = str(values.get(name) or "")
    try:
        return parse_day(entered) if entered else None
    except ValueError:
        raise Invalid(text.NOT_A_DATE, **{name: text.MUST_BE_A_DATE}) from None


def _start_equipment(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    run = start_sync(
        actor,
        "equipment",
        request=target.request,
        plant_codes=list(values.get("plant_codes") or ()),
        equipment_numbers=_words(values.get("equipment_numbers")),
    )
    return Outcome(text.EQUIPMENT_STARTED.format(run_id=run.run_id), runs=(run,))


def _start_running_time(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    run = start_sync(
        actor,
        "running_time",
        request=target.request,
        start_date=_day(values, "start_date"),
        end_date=_day(values, "end_date"),
        plant_codes=list(values.get("plant_codes") or ()),
        equipment_numbers=_words(values.get("equipment_numbers")),
    )
    return Outcome(text.RUNNING_TIME_STARTED.format(run_id=run.run_id), runs=(run,))


def _reconcile(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    run = start_reconciliation(
        actor,
        request=target.request,
        start_date=_day(values, "start_date"),
        end_date=_day(values, "end_date"),
        plant_codes=list(values.get("plant_codes") or ()),
    )
    return Outcome(text.RECONCILE_STARTED.format(run_id=run.run_id), runs=(run,))


def _retry(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    """Each run for itself: one that cannot be started again does not keep the others from it."""
    if len(target.keys) > RETRY_LIMIT:
        raise Invalid(text.TOO_MANY_RUNS.format(limit=RETRY_LIMIT))
    runs: list[StartedRun] = []

    def start(key: int) -> str:
        runs.append(retry_run(actor, key, target.request))
        return text.RETRIED.format(run=key, run_id=runs[-1].run_id)

    done = _each(target.keys, start)
    if len(target.keys) == 1:
        return Outcome(done[0].text, runs=tuple(runs))
    level = "success" if len(runs) == len(done) else "warning" if runs else "error"
    return Outcome(text.retried(len(runs), len(done)), level, details=done)


def _each(keys: Sequence[int], act: Callable[[int], str]) -> tuple[Detail, ...]:
    """Every run for itself, a line for each; a single one that is refused is an error of the whole."""
    if len(keys) > CONTROL_LIMIT:
        raise Invalid(text.TOO_MANY_RUNS.format(limit=CONTROL_LIMIT))
    if len(keys) == 1:
        return (Detail(act(keys[0])),)
    lines = []
    for key in keys:
        try:
            lines.append(Detail(f"✓ {act(key)}", f"/syncs/{key}"))
        except ViewError as error:
            lines.append(Detail(f"✕ {error.message}", f"/syncs/{key}"))
    return tuple(lines)


def _equipment_scope_now(chosen: Mapping[str, Any]) -> str:
    if chosen:
        return text.EQUIPMENT_CHOSEN.format(**_describe_scope(chosen))
    return text.EQUIPMENT_SCOPE.format(machines=count_of(count_machines(), "machine"))


def _running_time_scope_now(chosen: Mapping[str, Any]) -> str:
    if chosen:
        first, last = (chosen.get(name) or last_due_day() for name in ("start_date", "end_date"))
        return text.RUNNING_TIME_CHOSEN.format(days=text.describe_days(first, last), **_describe_scope(chosen))
    return text.RUNNING_TIME_SCOPE.format(day=last_due_day())


def _describe_scope(chosen: Mapping[str, Any]) -> dict[str, str]:
    """``plants`` and ``machines`` in words: ``plant P003`` and ``all machines``."""
    plants, machines = list(chosen.get("plant_codes") or ()), _words(chosen.get("equipment_numbers"))
    return {"plants": text.describe_plants(plants), "machines": text.describe_machines(machines)}


def _preview_stop(actor: Actor, target: Target, values: Mapping[str, Any]) -> Preview:
    runs = read_open_runs()
    names = [f"{sync_label(str(run['sync_type']))} #{run['id']}" for run in runs]
    return Preview(text.describe_open_runs(names))


def _stop_all(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    stop, problems = stop_all(actor)
    sentence = text.describe_stop(len(stop.runs), stop.paused)
    return Outcome(sentence, "warning" if problems else "success", details=problems)


def _resume_all(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    unpaused = resume_all(actor)
    return Outcome(text.RESUMED.format(dags=", ".join(unpaused)) if unpaused else text.NOTHING_TO_RESUME)


def _control(verb: str, sentence: str) -> Any:
    def run(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
        def ask(key: int) -> str:
            control_run(actor, key, verb)
            return text.CONTROLLED.format(run=key, sentence=sentence)

        done = _each(target.keys, ask)
        if len(done) == 1:
            return Outcome(sentence)
        asked = sum(line.text.startswith("✓") for line in done)
        level = "success" if asked == len(done) else "warning" if asked else "error"
        return Outcome(text.describe_controlled(asked, len(done)), level, details=done)

    return run


def _is_open(row: Row) -> bool:
    return row.get("status") in OPEN_STATUSES and row.get("control") != "cancel"


def _is_repeatable(row: Row) -> bool:
    return row.get("status") in RETRYABLE_STATUSES and row.get("sync_type") in STREAMS


SYNCS = Resource(
    name="syncs",
    label=text.LABEL,
    singular=text.SINGULAR,
    icon="refresh",
    table="api_sync_logs l",
    key="l.id",
    order=(("sync_started_at", True),),
    title="id",
    search_hint=text.SEARCH_HINT,
    refresh_seconds=3,
    topics=("runs",),
    record_widgets=RECORD_WIDGETS,
    columns=(
        Column("id", text.COLUMN_ID, "l.id", "integer", width=90, link=True, phone="title"),
        Column("sync_type", text.COLUMN_SYNC_TYPE, "l.sync_type", width=130, choices=_TYPES, phone="line"),
        Column(
            "status",
            text.COLUMN_STATUS,
            "l.status",
            "status",
            width=125,
            choices=_STATUSES,
            statuses=RUN_STATES,
            phone="side",
        ),
        Column(
            "level", text.COLUMN_LEVEL, "l.level", "status", width=110, choices=_LEVELS, statuses=LEVELS, phone="fact"
        ),
        Column("sync_started_at", text.COLUMN_SYNC_STARTED_AT, "l.sync_started_at", "instant", width=180, phone="fact"),
        Column(
            "duration_seconds",
            text.COLUMN_DURATION_SECONDS,
            "ROUND(TIMESTAMPDIFF(MICROSECOND, l.sync_started_at, COALESCE(l.sync_completed_at, UTC_TIMESTAMP(3)))"
            " / 1000000, 1)",
            "hours",
            width=100,
            filterable=False,
            phone="fact",
        ),
        Column(
            "records_processed",
            text.COLUMN_RECORDS_PROCESSED,
            "l.records_processed",
            "integer",
            width=115,
            phone="fact",
        ),
        Column("records_inserted", text.COLUMN_RECORDS_INSERTED, "l.records_inserted", "integer", width=90),
        Column("records_updated", text.COLUMN_RECORDS_UPDATED, "l.records_updated", "integer", width=100),
        Column("records_unchanged", text.COLUMN_RECORDS_UNCHANGED, "l.records_unchanged", "integer", width=115),
        Column("records_failed", text.COLUMN_RECORDS_FAILED, "l.records_failed", "integer", width=100, phone="fact"),
        Column("records_warning", text.COLUMN_RECORDS_WARNING, "l.records_warning", "integer", width=105),
        Column("records_success", text.COLUMN_RECORDS_SUCCESS, "l.records_success", "integer", width=90, hidden=True),
        Column(
            "records_superseded",
            text.COLUMN_RECORDS_SUPERSEDED,
            "l.records_superseded",
            "integer",
            width=120,
            hidden=True,
        ),
        Column("interval_start", text.COLUMN_INTERVAL_START, "l.interval_start", "date", width=115),
        Column("interval_end", text.COLUMN_INTERVAL_END, "l.interval_end", "date", width=115),
        Column("trigger_kind", text.COLUMN_TRIGGER_KIND, "l.trigger_kind", width=110, choices=_TRIGGERS),
        Column("triggered_by", text.COLUMN_TRIGGERED_BY, "l.triggered_by", width=110, searchable=True),
        Column("error_category", text.COLUMN_ERROR_CATEGORY, "l.error_category", width=115, choices=_CATEGORIES),
        Column("error_class", text.COLUMN_ERROR_CLASS, "l.error_class", width=160, searchable=True),
        Column(
            "error_message",
            text.COLUMN_ERROR_MESSAGE,
            "l.error_message",
            width=300,
            searchable=True,
            sortable=False,
            phone="line",
        ),
        Column(
            "source_answer",
            text.COLUMN_SOURCE_ANSWER,
            "(SELECT c.answer_head FROM api_call_logs c WHERE c.sync_log_id = l.id AND c.answer_head IS NOT NULL"
            " ORDER BY c.id DESC LIMIT 1)",
            width=300,
            hidden=True,
            sortable=False,
            filterable=False,
            help=text.COLUMN_SOURCE_ANSWER_HELP,
        ),
        Column("queue_ms", text.COLUMN_QUEUE_MS, "l.queue_ms", "integer", width=110, hidden=True),
        Column("api_ms", text.COLUMN_API_MS, "l.api_ms", "integer", width=110, hidden=True),
        Column("validate_ms", text.COLUMN_VALIDATE_MS, "l.validate_ms", "integer", width=110, hidden=True),
        Column("db_ms", text.COLUMN_DB_MS, "l.db_ms", "integer", width=120, hidden=True),
        Column(
            "sync_completed_at", text.COLUMN_SYNC_COMPLETED_AT, "l.sync_completed_at", "instant", width=180, hidden=True
        ),
        Column("heartbeat_at", text.COLUMN_HEARTBEAT_AT, "l.heartbeat_at", "instant", width=180, hidden=True),
        Column("control", text.COLUMN_CONTROL, "l.control", width=100, hidden=True),
        Column("dag_id", text.COLUMN_DAG_ID, "l.dag_id", width=150, hidden=True),
        Column("run_id", text.COLUMN_RUN_ID, "l.run_id", width=260, hidden=True, searchable=True),
    ),
    tabs=(
        Tab(
            "live",
            text.TAB_LIVE,
            "play",
            f"l.status IN {OPEN_STATUSES}",
            text.TAB_LIVE_EMPTY,
            widgets=(LIVE, RATES, RECENT, DAILY, BY_PLANT, ERROR_STREAM),
        ),
        Tab(
            "equipment",
            text.TAB_EQUIPMENT,
            "gauge",
            "l.sync_type = 'equipment'",
            text.TAB_EQUIPMENT_EMPTY,
            widgets=(EQUIPMENT_OUTCOMES, DAILY),
        ),
        Tab(
            "running_time",
            text.TAB_RUNNING_TIME,
            "clock",
            "l.sync_type = 'running_time'",
            text.TAB_RUNNING_TIME_EMPTY,
            widgets=(GAPS, FRESHNESS, RUNNING_TIME_OUTCOMES),
        ),
        Tab(
            "history",
            text.TAB_HISTORY,
            "list",
            "",
            text.TAB_HISTORY_EMPTY,
            widgets=(ALL_OUTCOMES, WEEKS, PERFORMANCE, RATES, SPEEDS, TOP_CODES, RECONCILED),
        ),
        Tab(
            "failed",
            text.TAB_FAILED,
            "alert",
            f"l.status IN {RETRYABLE_STATUSES} AND l.sync_started_at > UTC_TIMESTAMP(3) - INTERVAL 30 DAY",
            text.TAB_FAILED_EMPTY,
            capability=Capability.TRIGGER,
            hint=text.TAB_FAILED_HINT,
            widgets=(CATEGORIES, RETRIES, SUMMARY),
        ),
    ),
    filters=(
        Filter("sync_type", text.FILTER_SYNC_TYPE, choices=_TYPES),
        Filter("status", text.FILTER_STATUS, choices=_STATUSES),
        Filter("level", text.FILTER_LEVEL, choices=_LEVELS),
        Filter("error_category", text.FILTER_ERROR_CATEGORY, choices=_CATEGORIES),
        Filter("sync_started_at", text.FILTER_SYNC_STARTED_AT, kind="days"),
    ),
    infolist=(
        Section(
            text.SECTION_RUN,
            ("id", "sync_type", "status", "level", "trigger_kind", "triggered_by", "interval_start", "interval_end"),
        ),
        Section(
            text.SECTION_RECORDS,
            (
                "records_processed",
                "records_success",
                "records_inserted",
                "records_updated",
                "records_unchanged",
                "records_superseded",
                "records_failed",
                "records_warning",
            ),
        ),
        Section(
            text.SECTION_TIME,
            ("sync_started_at", "sync_completed_at", "duration_seconds", "queue_ms", "api_ms", "validate_ms", "db_ms"),
        ),
        Section(text.SECTION_ERROR, ("error_category", "error_class", "error_message", "source_answer")),
        Section(text.SECTION_AIRFLOW, ("dag_id", "run_id", "control", "heartbeat_at")),
    ),
    actions=(
        Action(
            "syncs.equipment",
            text.EQUIPMENT,
            "gauge",
            _start_equipment,
            on="list",
            fields=_SCOPE,
            scope_now=_equipment_scope_now,
            confirm=text.EQUIPMENT_CONFIRM,
            explain=text.EQUIPMENT_EXPLAIN,
        ),
        Action(
            "syncs.running_time",
            text.RUNNING_TIME,
            "clock",
            _start_running_time,
            on="list",
            confirm=text.RUNNING_TIME_CONFIRM,
            scope_now=_running_time_scope_now,
            explain=text.RUNNING_TIME_EXPLAIN,
            fields=(
                Field("start_date", text.FIELD_START_DATE, "date"),
                Field("end_date", text.FIELD_END_DATE, "date"),
                *_SCOPE,
            ),
        ),
        Action(
            "syncs.reconcile",
            text.RECONCILE,
            "check",
            _reconcile,
            on="list",
            confirm=text.RECONCILE_CONFIRM,
            explain=text.RECONCILE_EXPLAIN,
            fields=(
                Field("start_date", text.FIELD_START_DATE, "date"),
                Field("end_date", text.FIELD_END_DATE, "date"),
                _PLANTS,
            ),
        ),
        Action(
            "syncs.pause",
            text.PAUSE,
            "pause",
            _control("pause", text.PAUSE_DONE),
            confirm=text.PAUSE_CONFIRM,
            explain=text.PAUSE_EXPLAIN,
            visible_when=lambda row: _is_open(row) and row.get("status") != "paused",
        ),
        Action(
            "syncs.resume",
            text.RESUME,
            "play",
            _control("resume", text.RESUME_DONE),
            confirm=text.RESUME_CONFIRM,
            explain=text.RESUME_EXPLAIN,
            visible_when=lambda row: _is_open(row) and row.get("status") == "paused",
        ),
        Action(
            "syncs.cancel",
            text.CANCEL,
            "stop",
            _control("cancel", text.CANCEL_DONE),
            confirm=text.CANCEL_CONFIRM,
            dangerous=True,
            explain=text.CANCEL_EXPLAIN,
            visible_when=_is_open,
        ),
        Action(
            "syncs.retry",
            text.RETRY,
            "refresh",
            _retry,
            confirm=text.RETRY_CONFIRM,
            explain=text.RETRY_EXPLAIN,
            visible_when=_is_repeatable,
        ),
        Action(
            "syncs.stop_all",
            text.STOP_ALL,
            "stop",
            _stop_all,
            on="list",
            confirm=text.STOP_ALL_CONFIRM,
            dangerous=True,
            preview=_preview_stop,
            explain=text.STOP_ALL_EXPLAIN.format(dags=" and ".join(SYNC_DAG_IDS)),
        ),
        Action(
            "syncs.resume_all",
            text.RESUME_ALL,
            "play",
            _resume_all,
            on="widget",
            confirm=text.RESUME_ALL_CONFIRM,
            explain=text.RESUME_ALL_EXPLAIN,
        ),
    ),
)
