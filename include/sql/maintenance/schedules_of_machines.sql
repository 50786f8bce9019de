-- Purpose: the schedule that each of these machines has of a plan. Parameters: ids (of machines), plan_id.
-- Caller: cmms.maintenance.schedule_maintenance.
SELECT id, equipment_id FROM equipment_maintenance WHERE equipment_id IN %(ids)s AND plan_id = %(plan_id)s
