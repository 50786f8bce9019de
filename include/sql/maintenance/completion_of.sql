-- Purpose: what a completion has changed. Parameters: id_text (of the order). Caller: cmms.maintenance.orders.reopen_order.
SELECT before_json, after_json FROM audit_log
WHERE entity = 'work_orders' AND entity_id = %(id_text)s AND action = 'complete' ORDER BY id DESC LIMIT 1
