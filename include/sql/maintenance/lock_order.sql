-- Purpose: a work order that is about to be changed. Parameters: id. Caller: cmms.maintenance.orders.move_order.
SELECT * FROM work_orders WHERE id = %(id)s FOR UPDATE
