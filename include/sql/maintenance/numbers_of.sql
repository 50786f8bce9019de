-- Purpose: numbers of machines. Parameters: ids. Caller: cmms.maintenance.change_work_orders.
SELECT id, equipment_number FROM equipment WHERE id IN %(ids)s ORDER BY equipment_number
