-- Purpose: open dues of a plan, of some machines. Parameters: id, ids (of machines). Caller: cmms.maintenance.change_plans.
SELECT d.id FROM maintenance_dues d JOIN equipment_maintenance m ON m.id = d.equipment_maintenance_id
WHERE m.plan_id = %(id)s AND m.equipment_id IN %(ids)s AND d.open_flag = 1
