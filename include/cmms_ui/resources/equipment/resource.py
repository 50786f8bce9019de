"""Equipment: the machines of the source, with what people decide about them."""

from __future__ import annotations

from collections.abc import Sequence

from cmms.figures.rejects import machine_codes
from cmms.listing.definition import Join
from cmms.words import UNCLASSIFIED
from cmms_ui.definition.schema import Action, Chip, Choice, Column, Filter, Resource, Section, Tab, choices_of
from cmms_ui.resources.equipment import text
from cmms_ui.resources.equipment.actions import EQUIPMENT_ACTIONS
from cmms_ui.resources.equipment.details import EQUIPMENT_DETAILS
from cmms_ui.resources.equipment.launcher import make_launcher
from cmms_ui.resources.equipment.relations import EQUIPMENT_RELATIONS
from cmms_ui.resources.equipment.statuses import HEALTH_STATES, MACHINE_STATES
from cmms_ui.resources.equipment.tab_widgets import TAB_WIDGETS
from cmms_ui.resources.equipment.widgets import RECORD_WIDGETS
from cmms_ui.resources.plants.place_choices import group_choices, plant_code_choices
from cmms_ui.resources.record_errors.error_codes import CODE_CHOICES, code_label
from cmms_ui.resources.running_times.statuses import QUALITIES
from cmms_ui.resources.syncs.daily_syncs import DAILY_WIDE

# The newest reading of a machine: row "r", read for the rows of one page. For all machines that takes seconds.
_NEWEST_DATE = "(SELECT MAX(m.date) FROM equipment_running_times m WHERE m.equipment_id = e.id)"
# The next due schedule of a machine: the worst state, then the earliest predicted date; also for one page only.
_NEXT_SCHEDULE = (
    "(SELECT f.id FROM equipment_maintenance f WHERE f.equipment_id = e.id ORDER BY FIELD(f.state, 'overdue', 'due',"
    " 'upcoming', 'no_reading', 'ok', 'suspended'), f.predicted_date IS NULL, f.predicted_date, f.id LIMIT 1)"
)
_HAS_SCHEDULE_THAT_IS = "EXISTS (SELECT 1 FROM equipment_maintenance q WHERE q.equipment_id = e.id AND q.state IN ({}))"
# A month of a machine's readings is a range of its own index: cheap for the rows of a page, dear for all machines.
_HOURS_OF_30_DAYS = (
    "(SELECT SUM(h.running_hours) FROM equipment_running_times h"
    " WHERE h.equipment_id = e.id AND h.date >= UTC_DATE() - INTERVAL 30 DAY"
    " AND NOT EXISTS (SELECT 1 FROM reading_voids hv"
    " WHERE hv.equipment_id = h.equipment_id AND hv.date = h.date AND hv.void_flag = 1)"
    " AND NOT EXISTS (SELECT 1 FROM doubtful_readings hd"
    " WHERE hd.equipment_id = h.equipment_id AND hd.date = h.date AND hd.state = 'open'))"
)
# What the hours of earlier counters add to the counter of the newest reading.
_LIFE_HOURS = (
    "(r.cumulative_hours + COALESCE((SELECT ms.offset_hours FROM measuring_points mp JOIN meter_segments ms"
    " ON ms.point_id = mp.id WHERE mp.equipment_id = e.id AND mp.primary_flag = 1 AND ms.from_date <= r.date"
    " ORDER BY ms.from_date DESC LIMIT 1), 0))"
)
_SINCE_SERVICE = f"({_LIFE_HOURS} - COALESCE(e.serviced_at_hours, 0))"
_HAS_OPEN_ERROR = (
    "EXISTS (SELECT 1 FROM sync_record_errors x WHERE x.equipment_number = e.equipment_number AND x.open_flag = 1)"
)


def _error_choices() -> Sequence[Choice]:
    return [Choice(row.code, code_label(row.code)) for row in machine_codes()]


def _find_actions() -> tuple[Action, ...]:
    return EQUIPMENT.actions


EQUIPMENT: Resource = Resource(
    name="equipment",
    label=text.EQUIPMENT,
    singular=text.EQUIPMENT,
    icon="gauge",
    table="equipment e",
    key="e.id",
    joins={
        "p": Join("JOIN plants p ON p.id = e.plant_id"),
        "g": Join("LEFT JOIN equipment_groups g ON g.id = e.equipment_group_id"),
        "r": Join(f"LEFT JOIN equipment_running_times r ON r.equipment_id = e.id AND r.date = {_NEWEST_DATE}"),
        "s": Join(f"LEFT JOIN equipment_maintenance s ON s.id = {_NEXT_SCHEDULE}"),
        "pl": Join("LEFT JOIN maintenance_plans pl ON pl.id = s.plan_id", after=("s",)),
    },
    order=(("equipment_number", False),),
    title="equipment_number",
    search_hint=text.SEARCH_HINT,
    refresh_seconds=30,
    topics=("records", "edits"),
    inline_edit="edit",
    widgets=(DAILY_WIDE, make_launcher(_find_actions)),
    record_widgets=RECORD_WIDGETS,
    columns=(
        Column("id", text.ID, "e.id", "integer", width=90, hidden=True),
        Column(
            "equipment_number",
            text.NUMBER,
            "e.equipment_number",
            width=205,
            searchable=True,
            link=True,
            then="equipment_number",
            phone="title",
        ),
        Column(
            "equipment_description",
            text.DESCRIPTION,
            "e.equipment_description",
            width=220,
            searchable=True,
            then="equipment_number",
            phone="line",
        ),
        Column(
            "status",
            text.STATUS,
            "CASE WHEN e.is_active = 0 THEN 'inactive' WHEN e.missing_since IS NOT NULL THEN 'missing'"
            " ELSE 'active' END",
            "status",
            width=130,
            choices=choices_of(MACHINE_STATES),
            statuses=MACHINE_STATES,
            phone="side",
        ),
        Column("plant_code", text.PLANT, "p.plant_code", width=90, leads_to=("plants", "plant_id"), phone="fact"),
        Column("plant_name", text.PLANT_NAME, "p.name", width=160, hidden=True),
        Column(
            "group_name",
            text.GROUP,
            f"COALESCE(g.name, '{UNCLASSIFIED}')",
            joins=("g",),
            width=198,
            leads_to=("groups", "equipment_group_id"),
            phone="fact",
        ),
        Column(
            "maintenance_state",
            text.MAINTENANCE,
            "IF(s.state = 'ok', 'fine', COALESCE(s.state, 'no_plan'))",
            "status",
            135,
            joins=("s",),
            statuses=HEALTH_STATES,
            sortable=False,
            filterable=False,
            hidden=True,
            help=text.MAINTENANCE_HELP,
        ),
        Column(
            "plan_name",
            text.NEXT_PLAN,
            "pl.name",
            width=200,
            sortable=False,
            filterable=False,
            hidden=True,
            leads_to=("maintenance-plans", "maintenance_plan_id"),
        ),
        Column("hours_to_go", text.HOURS_TO_GO, "s.hours_to_go", "hours", 125, False, False, hidden=True),
        Column("next_due_hours", text.DUE_AT_LIFE_HOURS, "s.next_due_hours", "hours", 135, False, False, hidden=True),
        Column("next_due_date", text.DUE_ON, "s.next_due_date", "date", 120, False, False, hidden=True),
        Column("predicted_date", text.PREDICTED, "s.predicted_date", "date", 120, False, False, hidden=True),
        Column("maintenance_plan_id", text.PLAN_ID, "s.plan_id", "integer", 90, False, False, hidden=True),
        Column("running_hours", text.HOURS_LAST_DAY, "r.running_hours", "hours", 130, False, False),
        Column("cumulative_hours", text.COUNTER, "r.cumulative_hours", "hours", 130, False, False, phone="fact"),
        Column(
            "life_hours",
            text.LIFE_HOURS,
            _LIFE_HOURS,
            "hours",
            130,
            joins=("r",),
            sortable=False,
            filterable=False,
            hidden=True,
            help=text.LIFE_HOURS_HELP,
        ),
        Column("hours_30d", text.HOURS_30_DAYS, _HOURS_OF_30_DAYS, "hours", 130, False, False, hidden=True),
        Column("reading_date", text.LAST_READING, "r.date", "date", 125, False, False, phone="fact"),
        Column(
            "reading_quality", text.QUALITY, "r.quality", "status", 115, False, False, hidden=True, statuses=QUALITIES
        ),
        Column(
            "hours_since_service",
            text.HOURS_SINCE_SERVICE,
            _SINCE_SERVICE,
            "hours",
            150,
            joins=("r",),
            sortable=False,
            filterable=False,
            hidden=True,
        ),
        Column(
            "open_errors",
            text.OPEN_ERRORS,
            "(SELECT COUNT(*) FROM sync_record_errors x WHERE x.equipment_number = e.equipment_number"
            " AND x.open_flag = 1)",
            "integer",
            width=115,
            sortable=False,
            filterable=False,
            hidden=True,
        ),
        Column(
            "error_codes",
            text.ERROR_CODES,
            "(SELECT GROUP_CONCAT(DISTINCT x.code ORDER BY x.code) FROM sync_record_errors x"
            " WHERE x.equipment_number = e.equipment_number AND x.open_flag = 1)",
            "set",
            width=200,
            sortable=False,
            hidden=True,
            choices=CODE_CHOICES,
            several=True,
        ),
        Column("notes", text.NOTES, "e.notes", width=200, editable=True, searchable=False, help=text.NOTES_HELP),
        Column("company_code", text.COMPANY, "e.company_code", width=105, hidden=True),
        Column("object_number", text.OBJECT_NUMBER, "e.object_number", width=190, hidden=True),
        Column("point", text.MEASURING_POINT, "e.point", width=140, hidden=True),
        Column("inactive_reason", text.INACTIVE_REASON, "e.inactive_reason", width=180, hidden=True),
        Column("missing_since", text.MISSING_SINCE, "e.missing_since", "date", width=150, hidden=True),
        Column(
            "group_source",
            text.GROUP_SET_BY,
            "e.group_source",
            width=120,
            hidden=True,
            choices=(
                Choice("manual", text.BY_PERSON),
                Choice("rule", text.BY_RULE),
                Choice("source", text.BY_SOURCE),
            ),
        ),
        Column("serviced_at_hours", text.LIFE_HOURS_AT_SERVICE, "e.serviced_at_hours", "hours", width=150, hidden=True),
        Column("created_at", text.ADDED, "e.created_at", "instant", width=178, hidden=True),
        Column("updated_at", text.CHANGED, "e.updated_at", "instant", width=178, hidden=True),
        Column("api_created_at", text.CREATED_IN_SOURCE, "e.api_created_at", "instant", width=178, hidden=True),
        Column("equipment_group_id", text.GROUP_ID, "e.equipment_group_id", "integer", hidden=True, width=90),
        Column("plant_id", text.PLANT_ID, "e.plant_id", "integer", hidden=True, width=90),
        Column("is_active", text.ACTIVE, "e.is_active", "boolean", hidden=True, width=90),
        Column("row_version", text.VERSION, "e.row_version", "integer", hidden=True, width=90),
    ),
    tabs=(
        Tab("all", text.ALL, "list", "", text.NO_EQUIPMENT, widgets=TAB_WIDGETS["all"]),
        Tab("active", text.ACTIVE, "check", "e.is_active = 1", text.NO_ACTIVE, widgets=TAB_WIDGETS["active"]),
        Tab(
            "inactive",
            text.INACTIVE,
            "pause",
            "e.is_active = 0",
            text.NO_INACTIVE,
            columns=("inactive_reason",),
            widgets=TAB_WIDGETS["inactive"],
        ),
        Tab(
            "needs_maintenance",
            text.NEEDS_MAINTENANCE,
            "tool",
            "e.is_active = 1 AND " + _HAS_SCHEDULE_THAT_IS.format("'due', 'overdue'"),
            text.NO_MAINTENANCE_DUE,
            columns=("maintenance_state", "plan_name", "hours_to_go", "predicted_date", "hours_since_service"),
            alarming=True,
            hint=text.NEEDS_MAINTENANCE_HINT,
            widgets=TAB_WIDGETS["needs_maintenance"],
        ),
        Tab(
            "recent",
            text.RECENTLY_ADDED,
            "plus",
            "e.created_at >= UTC_TIMESTAMP(3) - INTERVAL 7 DAY",
            text.NONE_RECENT,
            columns=("created_at",),
            widgets=TAB_WIDGETS["recent"],
        ),
        Tab(
            "sync_errors",
            text.SYNC_ERRORS,
            "alert",
            _HAS_OPEN_ERROR,
            text.NO_SYNC_ERRORS,
            columns=("open_errors", "error_codes"),
            alarming=True,
            widgets=TAB_WIDGETS["sync_errors"],
            hint=text.SYNC_ERRORS_HINT,
        ),
    ),
    filters=(
        Filter(
            "plant_code",
            text.PLANT,
            load_choices=plant_code_choices,
        ),
        Filter(
            "group_name",
            text.GROUP,
            load_choices=lambda: [
                *(Choice(c.label, c.label) for c in group_choices()),
                Choice(UNCLASSIFIED, UNCLASSIFIED),
            ],
        ),
        Filter(
            "status",
            text.STATUS,
            choices=choices_of(MACHINE_STATES),
        ),
        Filter("error_codes", text.ERROR, load_choices=_error_choices, quiet=True),
        Filter("created_at", text.ADDED, kind="days"),
    ),
    chips=(
        Chip("missing", text.NOT_IN_FEED, "e.missing_since IS NOT NULL"),
        Chip("no_group", text.WITHOUT_GROUP, "e.equipment_group_id IS NULL"),
        Chip("by_hand", text.GROUP_SET_MANUALLY, "e.group_source = 'manual'"),
        Chip("upcoming", text.MAINTENANCE_UPCOMING, _HAS_SCHEDULE_THAT_IS.format("'upcoming'")),
        Chip("noted", text.WITH_NOTES, "e.notes <> ''"),
    ),
    relations=EQUIPMENT_RELATIONS,
    details=EQUIPMENT_DETAILS,
    infolist=(
        Section(
            text.MACHINE, ("equipment_number", "equipment_description", "plant_code", "plant_name", "company_code")
        ),
        Section(text.STATE, ("status", "inactive_reason", "group_name", "group_source", "missing_since", "notes")),
        Section(
            text.COUNTER,
            (
                "running_hours",
                "cumulative_hours",
                "life_hours",
                "reading_date",
                "reading_quality",
                "serviced_at_hours",
                "hours_since_service",
            ),
        ),
        Section(
            text.MAINTENANCE,
            ("maintenance_state", "plan_name", "hours_to_go", "next_due_hours", "next_due_date", "predicted_date"),
        ),
        Section(
            text.BY_SOURCE, ("object_number", "point", "api_created_at", "created_at", "updated_at", "open_errors")
        ),
    ),
    actions=EQUIPMENT_ACTIONS,
)
