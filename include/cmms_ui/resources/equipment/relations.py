"""What belongs to a machine and can be searched by: rejected records, readings, its last run, what plans ask of it."""

from __future__ import annotations

from cmms_ui.definition.schema import Choice, Column, Relation

_ERROR_STATUSES = tuple(
    Choice(name, name.capitalize()) for name in ("open", "acknowledged", "retrying", "resolved", "discarded")
)
_RUN_STATUSES = tuple(
    Choice(name, name.capitalize()) for name in ("running", "success", "partial", "failed", "cancelled")
)
_SCHEDULE_STATES = tuple(
    Choice(name, name.replace("_", " ").capitalize())
    for name in ("overdue", "due", "upcoming", "ok", "no_reading", "suspended")
)

EQUIPMENT_RELATIONS = (
    Relation(
        "errors",
        "Rejected record",
        "sync_record_errors re",
        "re.equipment_number = e.equipment_number",
        (
            Column("status", "Status", "re.status", "status", choices=_ERROR_STATUSES),
            Column("code", "Code", "re.code"),
            Column(
                "stream",
                "Type",
                "re.stream",
                choices=(Choice("equipment", "Equipment"), Choice("running_time", "Running time")),
            ),
            Column("reading_date", "Day", "re.reading_date", "date"),
            Column("message", "Reason", "re.message"),
            Column("last_seen_at", "Last seen", "re.last_seen_at", "instant"),
        ),
    ),
    Relation(
        "readings",
        "Reading",
        "equipment_running_times rr",
        "rr.equipment_id = e.id",
        (
            Column("date", "Day", "rr.date", "date"),
            Column("running_hours", "Hours", "rr.running_hours", "hours"),
            Column("cumulative_hours", "Counter", "rr.cumulative_hours", "hours"),
            Column(
                "quality", "Quality", "rr.quality", "status", choices=(Choice("ok", "Ok"), Choice("warning", "Warning"))
            ),
            Column("quality_code", "Quality code", "rr.quality_code"),
        ),
    ),
    Relation(
        "schedules",
        "Maintenance plan",
        "equipment_maintenance sm JOIN maintenance_plans sp ON sp.id = sm.plan_id",
        "sm.equipment_id = e.id",
        (
            Column("name", "Name", "sp.name"),
            Column("state", "State", "sm.state", "status", choices=_SCHEDULE_STATES),
            Column("hours_to_go", "Hours to go", "sm.hours_to_go", "hours"),
            Column("days_to_go", "Days to go", "sm.days_to_go", "integer"),
            Column("predicted_date", "Predicted", "sm.predicted_date", "date"),
        ),
    ),
    Relation(
        "last_run",
        "Run of the last reading",
        "api_sync_logs rl",
        "rl.id = (SELECT lr.sync_log_id FROM equipment_running_times lr WHERE lr.equipment_id = e.id"
        " ORDER BY lr.date DESC LIMIT 1)",
        (
            Column("status", "Status", "rl.status", "status", choices=_RUN_STATUSES),
            Column("level", "Level", "rl.level"),
            Column("sync_started_at", "Started", "rl.sync_started_at", "instant"),
        ),
    ),
)
