-- Purpose: dues of machines that are open or ordered. Parameters: ids (of machines). Caller: cmms.maintenance.orders.due_lines.
SELECT d.id, m.equipment_id FROM maintenance_dues d
JOIN equipment_maintenance m ON m.id = d.equipment_maintenance_id
WHERE m.equipment_id IN %(ids)s AND d.open_flag = 1 ORDER BY d.id
