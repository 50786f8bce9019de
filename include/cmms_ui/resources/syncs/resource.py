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
from cmms.words import agree, count_of
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
from cmms_ui.render.parts import sync_label
from cmms_ui.resources.plants.place_choices import plant_code_choices
from cmms_ui.resources.reconciliations.report import RECONCILED
from cmms_ui.resources.record_errors.error_stream import ERROR_STREAM
from cmms_ui.resources.record_errors.failures import CATEGORIES, RETRIES, SUMMARY, TOP_CODES
from cmms_ui.resources.running_times.gaps import FRESHNESS, GAPS
from cmms_ui.resources.syncs.daily_syncs import DAILY
from cmms_ui.resources.syncs.live_widgets import LIVE, RECENT
from cmms_ui.resources.syncs.metrics import PERFORMANCE, WEEKS
from cmms_ui.resources.syncs.outcomes import ALL_OUTCOMES, EQUIPMENT_OUTCOMES, RATES, RUNNING_TIME_OUTCOMES
from cmms_ui.resources.syncs.plant_syncs import BY_PLANT
from cmms_ui.resources.syncs.run_widgets import RECORD_WIDGETS
from cmms_ui.resources.syncs.speed import SPEEDS
from cmms_ui.resources.syncs.statuses import RUN_STATES

_TYPES = (
    Choice("equipment", "Equipment"),
    Choice("running_time", "Running time"),
    Choice("replay", "Replay"),
    Choice("cleanup", "Clean-up"),
)
_STATUSES = choices_of(RUN_STATES)
_LEVELS = choices_of(LEVELS)
_CATEGORIES = tuple(Choice(name, name.capitalize()) for name in ("api", "validation", "database", "business"))
_TRIGGERS = tuple(Choice(name, name.capitalize()) for name in ("schedule", "manual", "backfill", "replay"))
RETRY_LIMIT = 20
CONTROL_LIMIT = 500


_PLANTS = Field("plant_codes", "Plants", "choices", load_choices=plant_code_choices, help="None chosen: all plants.")
_SCOPE = (
    _PLANTS,
    Field(
        "equipment_numbers",
        "Machines",
        "long",
        max_length=20_000,
        help="Numbers, separated by comma or line. Empty: all.",
    ),
)


def _words(value: object) -> list[str]:
    return [word.strip() for word in str(value or "").replace("\n", ",").split(",") if word.strip()]


def _day(values: Mapping[str, Any], name: str) -> date | None:
    text = str(values.get(name) or "")
    try:
        return parse_day(text) if text else None
    except ValueError:
        raise Invalid("this is no date", **{name: "must be a date"}) from None


def _start_equipment(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    run = start_sync(
        actor,
        "equipment",
        request=target.request,
        plant_codes=list(values.get("plant_codes") or ()),
        equipment_numbers=_words(values.get("equipment_numbers")),
    )
    return Outcome(f"The equipment sync has been started ({run.run_id}).", runs=(run,))


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
    return Outcome(f"The running time sync has been started ({run.run_id}).", runs=(run,))


def _reconcile(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    run = start_reconciliation(
        actor,
        request=target.request,
        start_date=_day(values, "start_date"),
        end_date=_day(values, "end_date"),
        plant_codes=list(values.get("plant_codes") or ()),
    )
    return Outcome(f"The reconciliation has been started ({run.run_id}).", runs=(run,))


def _retry(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    """Each run for itself: one that cannot be started again does not keep the others from it."""
    if len(target.keys) > RETRY_LIMIT:
        raise Invalid(f"choose at most {RETRY_LIMIT} runs")
    runs: list[StartedRun] = []

    def start(key: int) -> str:
        runs.append(retry_run(actor, key, target.request))
        return f"Run {key} has been started again: {runs[-1].run_id}"

    done = _each(target.keys, start)
    if len(target.keys) == 1:
        return Outcome(done[0].text, runs=tuple(runs))
    level = "success" if len(runs) == len(done) else "warning" if runs else "error"
    return Outcome(
        f"{len(runs)} of {count_of(len(done), 'run')} {agree(len(runs), 'has', 'have')} been started again.",
        level,
        details=done,
    )


def _each(keys: Sequence[int], act: Callable[[int], str]) -> tuple[Detail, ...]:
    """Every run for itself, a line for each; a single one that is refused is an error of the whole."""
    if len(keys) > CONTROL_LIMIT:
        raise Invalid(f"choose at most {CONTROL_LIMIT} runs")
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
        return f"Filled in below: equipment sync of {_describe_scope(chosen)}."
    return (
        f"Equipment sync of all plants, {count_of(count_machines(), 'machine')} so far, unless you choose fewer here."
    )


def _running_time_scope_now(chosen: Mapping[str, Any]) -> str:
    if chosen:
        first, last = (chosen.get(name) or last_due_day() for name in ("start_date", "end_date"))
        days = f"{first}" if first == last else f"{first} to {last}"
        return f"Filled in below: running time sync of {days}, {_describe_scope(chosen)}."
    return (
        f"Running time sync of {last_due_day()}, all plants and machines, unless you choose other days or fewer here."
    )


def _describe_scope(chosen: Mapping[str, Any]) -> str:
    """``plant P003, all machines``."""
    plants, machines = list(chosen.get("plant_codes") or ()), _words(chosen.get("equipment_numbers"))
    where = f"{agree(len(plants), 'plant', 'plants')} {', '.join(plants)}" if plants else "all plants"
    which = f"{agree(len(machines), 'machine', 'machines')} {', '.join(machines)}" if machines else "all machines"
    return f"{where}, {which}"


def _preview_stop(actor: Actor, target: Target, values: Mapping[str, Any]) -> Preview:
    runs = read_open_runs()
    names = ", ".join(f"{sync_label(str(run['sync_type']))} #{run['id']}" for run in runs[:5])
    more = f" and {len(runs) - 5} more" if len(runs) > 5 else ""
    return Preview(f"{count_of(len(runs), 'open run')}: {names}{more}." if runs else "No run is open now.")


def _stop_all(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    stop, problems = stop_all(actor)
    paused = ", ".join(stop.paused) or "nothing"
    sentence = f"All syncs are stopped: {count_of(len(stop.runs), 'run')} cancelled, paused: {paused}."
    return Outcome(sentence, "warning" if problems else "success", details=problems)


def _resume_all(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    unpaused = resume_all(actor)
    return Outcome(f"Syncs run again: {', '.join(unpaused) or 'no DAG had to be unpaused'}.")


def _control(verb: str, sentence: str) -> Any:
    def run(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
        def ask(key: int) -> str:
            control_run(actor, key, verb)
            return f"Run {key}: {sentence}"

        done = _each(target.keys, ask)
        if len(done) == 1:
            return Outcome(sentence)
        asked = sum(line.text.startswith("✓") for line in done)
        level = "success" if asked == len(done) else "warning" if asked else "error"
        return Outcome(f"{asked} of {count_of(len(done), 'run')} asked.", level, details=done)

    return run


def _is_open(row: Row) -> bool:
    return row.get("status") in OPEN_STATUSES and row.get("control") != "cancel"


def _is_repeatable(row: Row) -> bool:
    return row.get("status") in RETRYABLE_STATUSES and row.get("sync_type") in STREAMS


SYNCS = Resource(
    name="syncs",
    label="Syncs",
    singular="Sync run",
    icon="refresh",
    table="api_sync_logs l",
    key="l.id",
    order=(("sync_started_at", True),),
    title="id",
    search_hint="Search run, error, person",
    refresh_seconds=3,
    topics=("runs",),
    record_widgets=RECORD_WIDGETS,
    columns=(
        Column("id", "Run", "l.id", "integer", width=90, link=True, phone="title"),
        Column("sync_type", "Type", "l.sync_type", width=130, choices=_TYPES, phone="line"),
        Column(
            "status", "Status", "l.status", "status", width=125, choices=_STATUSES, statuses=RUN_STATES, phone="side"
        ),
        Column("level", "Level", "l.level", "status", width=110, choices=_LEVELS, statuses=LEVELS, phone="fact"),
        Column("sync_started_at", "Started", "l.sync_started_at", "instant", width=180, phone="fact"),
        Column(
            "duration_seconds",
            "Seconds",
            "ROUND(TIMESTAMPDIFF(MICROSECOND, l.sync_started_at, COALESCE(l.sync_completed_at, UTC_TIMESTAMP(3)))"
            " / 1000000, 1)",
            "hours",
            width=100,
            filterable=False,
            phone="fact",
        ),
        Column("records_processed", "Processed", "l.records_processed", "integer", width=115, phone="fact"),
        Column("records_inserted", "New", "l.records_inserted", "integer", width=90),
        Column("records_updated", "Changed", "l.records_updated", "integer", width=100),
        Column("records_unchanged", "Unchanged", "l.records_unchanged", "integer", width=115),
        Column("records_failed", "Rejected", "l.records_failed", "integer", width=100, phone="fact"),
        Column("records_warning", "Warnings", "l.records_warning", "integer", width=105),
        Column("records_success", "Good", "l.records_success", "integer", width=90, hidden=True),
        Column("records_superseded", "Superseded", "l.records_superseded", "integer", width=120, hidden=True),
        Column("interval_start", "From", "l.interval_start", "date", width=115),
        Column("interval_end", "To", "l.interval_end", "date", width=115),
        Column("trigger_kind", "Trigger", "l.trigger_kind", width=110, choices=_TRIGGERS),
        Column("triggered_by", "By", "l.triggered_by", width=110, searchable=True),
        Column("error_category", "Category", "l.error_category", width=115, choices=_CATEGORIES),
        Column("error_class", "Error", "l.error_class", width=160, searchable=True),
        Column("error_message", "Message", "l.error_message", width=300, searchable=True, sortable=False, phone="line"),
        Column(
            "source_answer",
            "Answer of the source",
            "(SELECT c.answer_head FROM api_call_logs c WHERE c.sync_log_id = l.id AND c.answer_head IS NOT NULL"
            " ORDER BY c.id DESC LIMIT 1)",
            width=300,
            hidden=True,
            sortable=False,
            filterable=False,
            help="The first kilobyte of the newest answer that was refused.",
        ),
        Column("queue_ms", "Queued, ms", "l.queue_ms", "integer", width=110, hidden=True),
        Column("api_ms", "Source, ms", "l.api_ms", "integer", width=110, hidden=True),
        Column("validate_ms", "Rules, ms", "l.validate_ms", "integer", width=110, hidden=True),
        Column("db_ms", "Database, ms", "l.db_ms", "integer", width=120, hidden=True),
        Column("sync_completed_at", "Ended", "l.sync_completed_at", "instant", width=180, hidden=True),
        Column("heartbeat_at", "Last sign of life", "l.heartbeat_at", "instant", width=180, hidden=True),
        Column("control", "Asked for", "l.control", width=100, hidden=True),
        Column("dag_id", "DAG", "l.dag_id", width=150, hidden=True),
        Column("run_id", "Airflow run", "l.run_id", width=260, hidden=True, searchable=True),
    ),
    tabs=(
        Tab(
            "live",
            "Live status",
            "play",
            f"l.status IN {OPEN_STATUSES}",
            "No sync is running.",
            widgets=(LIVE, RATES, RECENT, DAILY, BY_PLANT, ERROR_STREAM),
        ),
        Tab(
            "equipment",
            "Equipment sync",
            "gauge",
            "l.sync_type = 'equipment'",
            "No equipment sync has run yet.",
            widgets=(EQUIPMENT_OUTCOMES, DAILY),
        ),
        Tab(
            "running_time",
            "Running time sync",
            "clock",
            "l.sync_type = 'running_time'",
            "No running time sync has run yet.",
            widgets=(GAPS, FRESHNESS, RUNNING_TIME_OUTCOMES),
        ),
        Tab(
            "history",
            "History",
            "list",
            "",
            "No sync has run yet: start one.",
            widgets=(ALL_OUTCOMES, WEEKS, PERFORMANCE, RATES, SPEEDS, TOP_CODES, RECONCILED),
        ),
        Tab(
            "failed",
            "Failed operations",
            "alert",
            f"l.status IN {RETRYABLE_STATUSES} AND l.sync_started_at > UTC_TIMESTAMP(3) - INTERVAL 30 DAY",
            "No sync of the last thirty days has failed.",
            capability=Capability.TRIGGER,
            hint="Failed, partial and cancelled runs of the last thirty days.",
            widgets=(CATEGORIES, RETRIES, SUMMARY),
        ),
    ),
    filters=(
        Filter("sync_type", "Type", choices=_TYPES),
        Filter("status", "Status", choices=_STATUSES),
        Filter("level", "Level", choices=_LEVELS),
        Filter("error_category", "Category", choices=_CATEGORIES),
        Filter("sync_started_at", "Started", kind="days"),
    ),
    infolist=(
        Section(
            "Run",
            ("id", "sync_type", "status", "level", "trigger_kind", "triggered_by", "interval_start", "interval_end"),
        ),
        Section(
            "Records",
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
            "Time",
            ("sync_started_at", "sync_completed_at", "duration_seconds", "queue_ms", "api_ms", "validate_ms", "db_ms"),
        ),
        Section("Error", ("error_category", "error_class", "error_message", "source_answer")),
        Section("Airflow", ("dag_id", "run_id", "control", "heartbeat_at")),
    ),
    actions=(
        Action(
            "syncs.equipment",
            "Sync equipment",
            "gauge",
            _start_equipment,
            on="list",
            fields=_SCOPE,
            scope_now=_equipment_scope_now,
            confirm="Start",
            explain="Starts a run of equipment_sync in Airflow: a snapshot of the master data.",
        ),
        Action(
            "syncs.running_time",
            "Sync running times",
            "clock",
            _start_running_time,
            on="list",
            confirm="Start",
            scope_now=_running_time_scope_now,
            explain="Starts a run of running_time_sync in Airflow. No day: yesterday. A first day only: that day.",
            fields=(Field("start_date", "First day", "date"), Field("end_date", "Last day", "date"), *_SCOPE),
        ),
        Action(
            "syncs.reconcile",
            "Reconcile",
            "check",
            _reconcile,
            on="list",
            confirm="Reconcile",
            explain="Asks the source again for the readings of the chosen days and for the equipment snapshot, compares"
            " them with the CMMS and changes no record. No day: the last seven days. A first day only: that day. The"
            " result is listed under Reconciliations.",
            fields=(Field("start_date", "First day", "date"), Field("end_date", "Last day", "date"), _PLANTS),
        ),
        Action(
            "syncs.pause",
            "Pause",
            "pause",
            _control("pause", "The run will pause after the batch at hand."),
            confirm="Pause",
            explain="The run finishes the batch at hand, then waits. It keeps its place in Airflow's pool, and"
            " Airflow's time limit goes on: an equipment sync ends as failed 30 minutes after its start, a running"
            " time sync after 60 minutes, paused or not.",
            visible_when=lambda row: _is_open(row) and row.get("status") != "paused",
        ),
        Action(
            "syncs.resume",
            "Resume",
            "play",
            _control("resume", "The run goes on."),
            confirm="Resume",
            explain="The run goes on where it paused.",
            visible_when=lambda row: _is_open(row) and row.get("status") == "paused",
        ),
        Action(
            "syncs.cancel",
            "Cancel",
            "stop",
            _control("cancel", "The run will be cancelled after the batch at hand."),
            confirm="Cancel the run",
            dangerous=True,
            explain="The run ends after the batch at hand, as cancelled. Merged days stay, half batches do not exist."
            " This is final: a cancelled run neither pauses nor goes on.",
            visible_when=_is_open,
        ),
        Action(
            "syncs.retry",
            "Start again",
            "refresh",
            _retry,
            confirm="Start again",
            explain="Starts a new run with the same days, plants and machines, and says of each run how it went.",
            visible_when=_is_repeatable,
        ),
        Action(
            "syncs.stop_all",
            "Stop all syncs",
            "stop",
            _stop_all,
            on="list",
            confirm="Stop everything",
            dangerous=True,
            preview=_preview_stop,
            explain=f"Pauses {' and '.join(SYNC_DAG_IDS)} in Airflow and cancels every open run: a merge that is"
            " committing is"
            " waited for, everything else rolls back, no lease is kept. Merged days stay. Runs that Airflow has only"
            " queued wait, and nothing starts until somebody lets syncs run again on the tab Live status.",
        ),
        Action(
            "syncs.resume_all",
            "Let syncs run again",
            "play",
            _resume_all,
            on="widget",
            confirm="Let syncs run again",
            explain="Unpauses in Airflow what the stop has paused. Cancelled runs stay cancelled: start them again,"
            " or fill the gaps.",
        ),
    ),
)
