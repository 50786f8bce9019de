-- Purpose: in which state the schedules of a plan are, of some machines. Parameters: id, ids (of machines).
-- Caller: cmms.maintenance.change_plans.
SELECT m.state, COUNT(*) AS machines FROM equipment_maintenance m
WHERE m.plan_id = %(id)s AND m.equipment_id IN %(ids)s GROUP BY m.state
