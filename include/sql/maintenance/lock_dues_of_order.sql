-- Purpose: the dues that an order answers. Parameters: work_order_id. Caller: cmms.maintenance.orders.complete_order.
SELECT id, state, equipment_maintenance_id, decided_by FROM maintenance_dues
WHERE work_order_id = %(work_order_id)s ORDER BY id FOR UPDATE
