"""Equipment: the machines of the source, with what people decide about them."""

from __future__ import annotations

from collections.abc import Sequence

from cmms.figures.rejects import machine_codes
from cmms.listing.definition import Join
from cmms_ui.definition.schema import Action, Chip, Choice, Column, Filter, Resource, Section, Tab, choices_of
from cmms_ui.resources.equipment.actions import EQUIPMENT_ACTIONS
from cmms_ui.resources.equipment.details import EQUIPMENT_DETAILS
from cmms_ui.resources.equipment.launcher import make_launcher
from cmms_ui.resources.equipment.relations import EQUIPMENT_RELATIONS
from cmms_ui.resources.equipment.statuses import HEALTH_STATES, MACHINE_STATES
from cmms_ui.resources.equipment.tab_widgets import TAB_WIDGETS
from cmms_ui.resources.equipment.widgets import RECORD_WIDGETS
from cmms_ui.resources.plants.place_choices import group_choices, plant_code_choices
from cmms_ui.resources.running_times.statuses import QUALITIES
from cmms_ui.resources.syncs.daily_syncs import DAILY_WIDE

# The newest reading of a machine: row "r", read for the rows of one page. For all machines that takes seconds.
_NEWEST_DATE = "(SELECT MAX(m.date) FROM equipment_running_times m WHERE m.equipment_id = e.id)"
# What maintenance asks of a machine first: the worst state, then the least predicted date; also for one page only.
_FOREMOST = (
    "(SELECT f.id FROM equipment_maintenance f WHERE f.equipment_id = e.id ORDER BY FIELD(f.state, 'overdue', 'due',"
    " 'upcoming', 'no_reading', 'ok', 'suspended'), f.predicted_date IS NULL, f.predicted_date, f.id LIMIT 1)"
)
_HAS_SCHEDULE_THAT_IS = "EXISTS (SELECT 1 FROM equipment_maintenance q WHERE q.equipment_id = e.id AND q.state IN ({}))"
# A month of a machine's readings is a range of its own index: cheap for the rows of a page, dear for all machines.
_HOURS_OF_30_DAYS = (
    "(SELECT SUM(h.running_hours) FROM equipment_running_times h"
    " WHERE h.equipment_id = e.id AND h.date >= UTC_DATE() - INTERVAL 30 DAY)"
)
_SINCE_SERVICE = "(r.cumulative_hours - COALESCE(e.serviced_at_hours, 0))"
_HAS_OPEN_ERROR = (
    "EXISTS (SELECT 1 FROM sync_record_errors x WHERE x.equipment_number = e.equipment_number AND x.open_flag = 1)"
)


def _error_choices() -> Sequence[Choice]:
    return [Choice(row.code, row.code) for row in machine_codes()]


def _find_actions() -> tuple[Action, ...]:
    return EQUIPMENT.actions


EQUIPMENT: Resource = Resource(
    name="equipment",
    label="Equipment",
    singular="Equipment",
    icon="gauge",
    table="equipment e",
    key="e.id",
    joins={
        "p": Join("JOIN plants p ON p.id = e.plant_id"),
        "g": Join("LEFT JOIN equipment_groups g ON g.id = e.equipment_group_id"),
        "r": Join(f"LEFT JOIN equipment_running_times r ON r.equipment_id = e.id AND r.date = {_NEWEST_DATE}"),
        "s": Join(f"LEFT JOIN equipment_maintenance s ON s.id = {_FOREMOST}"),
        "pl": Join("LEFT JOIN maintenance_plans pl ON pl.id = s.plan_id", after=("s",)),
    },
    order=(("equipment_number", False),),
    title="equipment_number",
    search_hint="Search number, text",
    refresh_seconds=30,
    topics=("records", "edits"),
    inline_edit="edit",
    widgets=(DAILY_WIDE, make_launcher(_find_actions)),
    record_widgets=RECORD_WIDGETS,
    columns=(
        Column("id", "Id", "e.id", "integer", width=90, hidden=True),
        Column(
            "equipment_number",
            "Number",
            "e.equipment_number",
            width=205,
            searchable=True,
            link=True,
            then="equipment_number",
            phone="title",
        ),
        Column(
            "equipment_description",
            "Description",
            "e.equipment_description",
            width=220,
            searchable=True,
            then="equipment_number",
            phone="line",
        ),
        Column(
            "status",
            "Status",
            "CASE WHEN e.is_active = 0 THEN 'inactive' WHEN e.missing_since IS NOT NULL THEN 'missing'"
            " ELSE 'active' END",
            "status",
            width=130,
            choices=choices_of(MACHINE_STATES),
            statuses=MACHINE_STATES,
            phone="side",
        ),
        Column("plant_code", "Plant", "p.plant_code", width=90, leads_to=("plants", "plant_id"), phone="fact"),
        Column("plant_name", "Plant name", "p.name", width=160, hidden=True),
        Column(
            "group_name",
            "Group",
            "COALESCE(g.name, 'Unclassified')",
            joins=("g",),
            width=198,
            leads_to=("groups", "equipment_group_id"),
            phone="fact",
        ),
        Column(
            "maintenance_state",
            "Maintenance",
            "IF(s.state = 'ok', 'fine', COALESCE(s.state, 'no_plan'))",
            "status",
            135,
            joins=("s",),
            statuses=HEALTH_STATES,
            sortable=False,
            filterable=False,
            hidden=True,
            help="The worst of what maintenance plans ask of the machine, as of the last evaluation",
        ),
        Column(
            "plan_name",
            "Foremost plan",
            "pl.name",
            width=200,
            sortable=False,
            filterable=False,
            hidden=True,
            leads_to=("maintenance-plans", "maintenance_plan_id"),
        ),
        Column("hours_to_go", "Hours to go", "s.hours_to_go", "hours", 125, False, False, hidden=True),
        Column("next_due_hours", "Due at counter", "s.next_due_hours", "hours", 135, False, False, hidden=True),
        Column("next_due_date", "Due on", "s.next_due_date", "date", 120, False, False, hidden=True),
        Column("predicted_date", "Predicted", "s.predicted_date", "date", 120, False, False, hidden=True),
        Column("maintenance_plan_id", "Plan id", "s.plan_id", "integer", 90, False, False, hidden=True),
        Column("running_hours", "Hours, last day", "r.running_hours", "hours", 130, False, False),
        Column("cumulative_hours", "Counter", "r.cumulative_hours", "hours", 130, False, False, phone="fact"),
        Column("hours_30d", "Hours, 30 days", _HOURS_OF_30_DAYS, "hours", 130, False, False, hidden=True),
        Column("reading_date", "Last reading", "r.date", "date", 125, False, False, phone="fact"),
        Column("reading_quality", "Quality", "r.quality", "status", 115, False, False, hidden=True, statuses=QUALITIES),
        Column(
            "hours_since_service",
            "Hours since service",
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
            "Open errors",
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
            "Error codes",
            "(SELECT GROUP_CONCAT(DISTINCT x.code ORDER BY x.code) FROM sync_record_errors x"
            " WHERE x.equipment_number = e.equipment_number AND x.open_flag = 1)",
            "set",
            width=200,
            sortable=False,
            hidden=True,
        ),
        Column("notes", "Notes", "e.notes", width=200, editable=True, searchable=False, help="Double click to edit"),
        Column("company_code", "Company", "e.company_code", width=105, hidden=True),
        Column("object_number", "Object number", "e.object_number", width=190, hidden=True),
        Column("point", "Measuring point", "e.point", width=140, hidden=True),
        Column("inactive_reason", "Why inactive", "e.inactive_reason", width=180, hidden=True),
        Column("missing_since", "Not in feed since", "e.missing_since", "date", width=150, hidden=True),
        Column(
            "group_source",
            "Group set by",
            "e.group_source",
            width=120,
            hidden=True,
            choices=(
                Choice("manual", "Person"),
                Choice("rule", "Classification rule"),
                Choice("source", "Source"),
            ),
        ),
        Column("serviced_at_hours", "Counter at service", "e.serviced_at_hours", "hours", width=150, hidden=True),
        Column("created_at", "Added", "e.created_at", "instant", width=178, hidden=True),
        Column("updated_at", "Changed", "e.updated_at", "instant", width=178, hidden=True),
        Column("api_created_at", "Created in source", "e.api_created_at", "instant", width=178, hidden=True),
        Column("equipment_group_id", "Group id", "e.equipment_group_id", "integer", hidden=True, width=90),
        Column("plant_id", "Plant id", "e.plant_id", "integer", hidden=True, width=90),
        Column("is_active", "Is active", "e.is_active", "boolean", hidden=True, width=90),
        Column("row_version", "Version", "e.row_version", "integer", hidden=True, width=90),
    ),
    tabs=(
        Tab("all", "All", "list", "", "No equipment yet: start an equipment sync.", widgets=TAB_WIDGETS["all"]),
        Tab("active", "Active", "check", "e.is_active = 1", "No machine is active.", widgets=TAB_WIDGETS["active"]),
        Tab(
            "inactive",
            "Inactive",
            "pause",
            "e.is_active = 0",
            "No machine has been deactivated.",
            columns=("inactive_reason",),
            widgets=TAB_WIDGETS["inactive"],
        ),
        Tab(
            "needs_maintenance",
            "Needs maintenance",
            "tool",
            "e.is_active = 1 AND " + _HAS_SCHEDULE_THAT_IS.format("'due', 'overdue'"),
            "Nothing is due by any plan. Plans are made in Maintenance plans.",
            columns=("maintenance_state", "plan_name", "hours_to_go", "predicted_date", "hours_since_service"),
            alarming=True,
            hint="What a plan asks of the machine is due or overdue. Plans are made in Maintenance plans.",
            widgets=TAB_WIDGETS["needs_maintenance"],
        ),
        Tab(
            "recent",
            "Recently added",
            "plus",
            "e.created_at >= UTC_TIMESTAMP(3) - INTERVAL 7 DAY",
            "Nothing has been added within seven days.",
            columns=("created_at",),
            widgets=TAB_WIDGETS["recent"],
        ),
        Tab(
            "sync_errors",
            "Sync errors",
            "alert",
            _HAS_OPEN_ERROR,
            "No machine has a rejected record that is still open.",
            columns=("open_errors", "error_codes"),
            alarming=True,
            widgets=TAB_WIDGETS["sync_errors"],
            hint="Machines with rejected records that are still open.",
        ),
    ),
    filters=(
        Filter(
            "plant_code",
            "Plant",
            load_choices=plant_code_choices,
        ),
        Filter(
            "group_name",
            "Group",
            load_choices=lambda: [*(Choice(c.label, c.label) for c in group_choices()), Choice(*["Unclassified"] * 2)],
        ),
        Filter(
            "status",
            "Status",
            choices=choices_of(MACHINE_STATES),
        ),
        Filter("error_codes", "Error", load_choices=_error_choices, quiet=True),
        Filter("created_at", "Added", kind="days"),
    ),
    chips=(
        Chip("missing", "Not in feed", "e.missing_since IS NOT NULL"),
        Chip("no_group", "Without group", "e.equipment_group_id IS NULL"),
        Chip("by_hand", "Group by hand", "e.group_source = 'manual'"),
        Chip("upcoming", "Maintenance upcoming", _HAS_SCHEDULE_THAT_IS.format("'upcoming'")),
        Chip("noted", "With notes", "e.notes <> ''"),
    ),
    relations=EQUIPMENT_RELATIONS,
    details=EQUIPMENT_DETAILS,
    infolist=(
        Section("Machine", ("equipment_number", "equipment_description", "plant_code", "plant_name", "company_code")),
        Section("State", ("status", "inactive_reason", "group_name", "group_source", "missing_since", "notes")),
        Section(
            "Counter",
            (
                "running_hours",
                "cumulative_hours",
                "reading_date",
                "reading_quality",
                "serviced_at_hours",
                "hours_since_service",
            ),
        ),
        Section(
            "Maintenance",
            ("maintenance_state", "plan_name", "hours_to_go", "next_due_hours", "next_due_date", "predicted_date"),
        ),
        Section("Source", ("object_number", "point", "api_created_at", "created_at", "updated_at", "open_errors")),
    ),
    actions=EQUIPMENT_ACTIONS,
)
