-- Purpose: machines, locked, with what one plan asks of them already. Parameters: ids, plan_id.
-- Caller: cmms.maintenance.schedule_maintenance.
SELECT e.id, e.equipment_number, e.is_active, m.id AS schedule_id, m.state, m.assigned_by, m.next_due_date,
  m.next_due_hours, m.hours_to_go, m.first_due_date, d.state AS due_state, d.work_order_id
FROM equipment e
LEFT JOIN equipment_maintenance m ON m.equipment_id = e.id AND m.plan_id = %(plan_id)s
LEFT JOIN maintenance_dues d ON d.equipment_maintenance_id = m.id AND d.open_flag = 1
WHERE e.id IN %(ids)s ORDER BY e.id FOR UPDATE
