-- Purpose: dues that have come since at the same schedules. Parameters: ids (of schedules). Caller: cmms.maintenance.orders.reopen_order.
SELECT id, work_order_id FROM maintenance_dues
WHERE equipment_maintenance_id IN %(ids)s AND open_flag = 1 ORDER BY id FOR UPDATE
