-- Purpose: what stands in the orders of dues: machine, plan, when it is due. Parameters: ids. Caller: cmms.maintenance.orders.due_lines.
SELECT d.id, d.state, d.work_order_id, d.due_hours, d.due_date, d.cause, m.equipment_id, e.equipment_number,
  n.name AS plan_name, n.description, n.priority
FROM maintenance_dues d
JOIN equipment_maintenance m ON m.id = d.equipment_maintenance_id
JOIN maintenance_plans n ON n.id = m.plan_id
JOIN equipment e ON e.id = m.equipment_id
WHERE d.id IN %(ids)s ORDER BY e.equipment_number, d.id
