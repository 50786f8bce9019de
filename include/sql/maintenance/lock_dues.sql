-- Purpose: dues for which work is about to be ordered. Parameters: ids. Caller: cmms.maintenance.orders.create_orders.
SELECT id, state, work_order_id FROM maintenance_dues WHERE id IN %(ids)s ORDER BY id FOR UPDATE
