-- Purpose: machines that a plan concerns: those of its scope, and those that it has asked something of until now.
--   Parameters: id (0: a new plan), scope, equipment_group_id, plant_id. Caller: cmms.maintenance.change_plans.
SELECT e.id FROM equipment e
WHERE %(scope)s = 'all' OR (%(scope)s = 'group' AND e.equipment_group_id = %(equipment_group_id)s)
  OR (%(scope)s = 'plant' AND e.plant_id = %(plant_id)s)
UNION
SELECT m.equipment_id FROM equipment_maintenance m WHERE m.plan_id = %(id)s
ORDER BY id
