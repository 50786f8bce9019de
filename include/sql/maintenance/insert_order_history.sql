-- Purpose: a transition of a work order. Caller: cmms.maintenance.orders.order_rows.
INSERT INTO work_order_history (work_order_id, from_status, to_status, actor, note, at)
VALUES (%(work_order_id)s, %(from_status)s, %(to_status)s, %(actor)s, %(note)s, UTC_TIMESTAMP(3))
