"""Every resource of the view, each defined once in a folder of its own; :data:`RESOURCES` is the list of them."""

from cmms_ui.definition.schema import Resource
from cmms_ui.resources.availability.resource import AVAILABILITY
from cmms_ui.resources.doubtful_readings.resource import DOUBTFUL_READINGS
from cmms_ui.resources.dues.resource import DUES
from cmms_ui.resources.equipment.resource import EQUIPMENT
from cmms_ui.resources.group_rules.resource import GROUP_RULES
from cmms_ui.resources.groups.resource import GROUPS
from cmms_ui.resources.installations.resource import INSTALLATIONS
from cmms_ui.resources.maintenance_plans.resource import MAINTENANCE_PLANS
from cmms_ui.resources.meter_changes.resource import METER_CHANGES
from cmms_ui.resources.notifications.resource import NOTIFICATIONS
from cmms_ui.resources.plants.resource import PLANTS
from cmms_ui.resources.reconciliations.resource import RECONCILIATIONS
from cmms_ui.resources.record_errors.resource import RECORD_ERRORS
from cmms_ui.resources.running_times.resource import RUNNING_TIMES
from cmms_ui.resources.schedules.resource import SCHEDULES
from cmms_ui.resources.syncs.resource import SYNCS
from cmms_ui.resources.validations.resource import FINDINGS, VALIDATIONS
from cmms_ui.resources.work_orders.resource import WORK_ORDERS

RESOURCES: dict[str, Resource] = {
    resource.name: resource
    for resource in (
        *(EQUIPMENT, RUNNING_TIMES, VALIDATIONS, FINDINGS, DUES, WORK_ORDERS),
        *(DOUBTFUL_READINGS, METER_CHANGES, INSTALLATIONS, AVAILABILITY),
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
