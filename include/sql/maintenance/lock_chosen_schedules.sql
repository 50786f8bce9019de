-- Purpose: schedules that are about to be changed, with the due that each has open. Parameters: ids.
-- Caller: cmms.maintenance.schedule_maintenance.
SELECT m.id, m.equipment_id, e.equipment_number, p.name AS plan_name, m.assigned_by, m.state, m.first_due_date,
  d.state AS due_state, d.work_order_id
FROM equipment_maintenance m
JOIN equipment e ON e.id = m.equipment_id
JOIN maintenance_plans p ON p.id = m.plan_id
LEFT JOIN maintenance_dues d ON d.equipment_maintenance_id = m.id AND d.open_flag = 1
WHERE m.id IN %(ids)s ORDER BY m.id FOR UPDATE
