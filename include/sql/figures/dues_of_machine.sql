-- Purpose: what is due at a machine, and what was. Parameters: id. Caller: cmms.figures.work.
SELECT d.id, d.state, d.due_hours, d.due_date, d.detected_on, d.work_order_id, d.reason, n.name AS plan_name
FROM equipment_maintenance m
JOIN maintenance_dues d ON d.equipment_maintenance_id = m.id
JOIN maintenance_plans n ON n.id = m.plan_id
WHERE m.equipment_id = %(id)s ORDER BY d.open_flag IS NULL, d.id DESC LIMIT 10
