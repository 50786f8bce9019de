-- Purpose: schedules of machines, locked, with the due that each has open. Parameters: ids (of machines).
-- Caller: cmms.equipment.change_equipment.
SELECT m.id, m.equipment_id, m.baseline_hours, m.baseline_date, d.id AS due_id, d.state AS due_state
FROM equipment_maintenance m
LEFT JOIN maintenance_dues d ON d.equipment_maintenance_id = m.id AND d.open_flag = 1
WHERE m.equipment_id IN %(ids)s ORDER BY m.id FOR UPDATE
