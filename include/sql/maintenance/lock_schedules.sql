-- Purpose: lock what the plans ask of these machines, always in the same order. Parameters: ids.
-- Caller: cmms.maintenance.evaluate_maintenance.
SELECT id FROM equipment_maintenance FORCE INDEX (uk_equipment_maintenance)
WHERE equipment_id IN %(ids)s ORDER BY equipment_id, plan_id FOR UPDATE
