-- Purpose: everything of a work order that can change. Caller: cmms.maintenance.orders.move_order.
UPDATE work_orders SET title = %(title)s, description = %(description)s, priority = %(priority)s, status = %(status)s,
  planned_date = %(planned_date)s, hold_reason = %(hold_reason)s, cancel_reason = %(cancel_reason)s,
  started_at = %(started_at)s, completed_at = %(completed_at)s, start_reading = %(start_reading)s,
  completion_reading = %(completion_reading)s, completion_date = %(completion_date)s,
  completion_note = %(completion_note)s, row_version = row_version + 1, updated_at = UTC_TIMESTAMP(3)
WHERE id = %(id)s
