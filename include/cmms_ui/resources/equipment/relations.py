"""What belongs to a machine and can be searched by: rejected records, readings, its last run, its schedules."""

from __future__ import annotations

from cmms_ui.definition.schema import Column, Relation, choices_of
from cmms_ui.definition.stream_choices import stream_choices
from cmms_ui.resources.equipment import text
from cmms_ui.resources.record_errors.statuses import REJECT_STATES
from cmms_ui.resources.running_times.statuses import QUALITIES
from cmms_ui.resources.schedules.statuses import SCHEDULE_STATES
from cmms_ui.resources.syncs.statuses import RUN_STATES

_READING_RUNS = tuple(
    choice
    for choice in choices_of(RUN_STATES)
    if choice.value in ("running", "success", "partial", "failed", "cancelled")
)

EQUIPMENT_RELATIONS = (
    Relation(
        "errors",
        text.REJECTED_RECORD,
        "sync_record_errors re",
        "re.equipment_number = e.equipment_number",
        (
            Column("status", text.STATUS, "re.status", "status", choices=choices_of(REJECT_STATES)),
            Column("code", text.CODE, "re.code"),
            Column(
                "stream",
                text.STREAM,
                "re.stream",
                choices=stream_choices({"equipment": text.EQUIPMENT, "running_time": text.STREAM_RUNNING_TIME}),
            ),
            Column("reading_date", text.DAY, "re.reading_date", "date"),
            Column("message", text.REASON, "re.message"),
            Column("last_seen_at", text.LAST_SEEN, "re.last_seen_at", "instant"),
        ),
    ),
    Relation(
        "readings",
        text.READING,
        "equipment_running_times rr",
        "rr.equipment_id = e.id",
        (
            Column("date", text.DAY, "rr.date", "date"),
            Column("running_hours", text.HOURS, "rr.running_hours", "hours"),
            Column("cumulative_hours", text.COUNTER, "rr.cumulative_hours", "hours"),
            Column(
                "quality",
                text.QUALITY,
                "rr.quality",
                "status",
                choices=choices_of(QUALITIES),
            ),
            Column("quality_code", text.QUALITY_CODE, "rr.quality_code"),
        ),
    ),
    Relation(
        "schedules",
        text.MAINTENANCE_PLAN,
        "equipment_maintenance sm JOIN maintenance_plans sp ON sp.id = sm.plan_id",
        "sm.equipment_id = e.id",
        (
            Column("name", text.NAME, "sp.name"),
            Column("state", text.STATE, "sm.state", "status", choices=choices_of(SCHEDULE_STATES)),
            Column("hours_to_go", text.HOURS_TO_GO, "sm.hours_to_go", "hours"),
            Column("days_to_go", text.DAYS_TO_GO, "sm.days_to_go", "integer"),
            Column("predicted_date", text.PREDICTED, "sm.predicted_date", "date"),
        ),
    ),
    Relation(
        "last_run",
        text.LAST_RUN,
        "api_sync_logs rl",
        "rl.id = (SELECT lr.sync_log_id FROM equipment_running_times lr WHERE lr.equipment_id = e.id"
        " ORDER BY lr.date DESC LIMIT 1)",
        (
            Column("status", text.STATUS, "rl.status", "status", choices=_READING_RUNS),
            Column("level", text.LEVEL, "rl.level"),
            Column("sync_started_at", text.STARTED, "rl.sync_started_at", "instant"),
        ),
    ),
)
