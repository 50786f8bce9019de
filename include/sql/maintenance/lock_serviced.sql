-- Purpose: the counter at the last service of a machine, about to be changed. Parameters: equipment_id. Caller: cmms.maintenance.orders.complete_order.
SELECT id, serviced_at_hours FROM equipment WHERE id = %(equipment_id)s FOR UPDATE
