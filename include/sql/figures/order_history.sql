-- Purpose: the transitions of a work order, newest first. Parameters: id. Caller: cmms.figures.work.
SELECT from_status, to_status, actor, note, at FROM work_order_history WHERE work_order_id = %(id)s ORDER BY id DESC LIMIT 200
