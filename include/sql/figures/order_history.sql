-- Purpose: the transitions of a work order, newest first. Parameters: id. Caller: the widgets of include/cmms_ui.
SELECT from_status, to_status, actor, note, at FROM work_order_history WHERE work_order_id = %(id)s ORDER BY id DESC LIMIT 200
