"""Every resource of the view, each defined once in a file of its own; :data:`RESOURCES` is the list of them."""

from cmms_ui.definition.schema import Resource
from cmms_ui.resources.dues import DUES
from cmms_ui.resources.equipment import EQUIPMENT
from cmms_ui.resources.group_rules import GROUP_RULES
from cmms_ui.resources.groups import GROUPS
from cmms_ui.resources.maintenance_plans import MAINTENANCE_PLANS
from cmms_ui.resources.notifications import NOTIFICATIONS
from cmms_ui.resources.plants import PLANTS
from cmms_ui.resources.reconciliations import RECONCILIATIONS
from cmms_ui.resources.record_errors import RECORD_ERRORS
from cmms_ui.resources.running_times import RUNNING_TIMES
from cmms_ui.resources.schedules import SCHEDULES
from cmms_ui.resources.syncs import SYNCS
from cmms_ui.resources.validations import FINDINGS, VALIDATIONS
from cmms_ui.resources.work_orders import WORK_ORDERS

RESOURCES: dict[str, Resource] = {
    resource.name: resource
    for resource in (
        *(EQUIPMENT, RUNNING_TIMES, VALIDATIONS, FINDINGS, DUES, WORK_ORDERS),
        *(
            SYNCS,
            RECONCILIATIONS,
            RECORD_ERRORS,
            PLANTS,
            GROUPS,
            GROUP_RULES,
            MAINTENANCE_PLANS,
            SCHEDULES,
            NOTIFICATIONS,
        ),
    )
}
