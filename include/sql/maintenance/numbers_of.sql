-- Purpose: numbers of machines. Parameters: ids. Caller: cmms.maintenance.orders.due_lines.
SELECT id, equipment_number FROM equipment WHERE id IN %(ids)s ORDER BY equipment_number
