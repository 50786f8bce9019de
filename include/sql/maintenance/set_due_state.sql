-- Purpose: a due is ordered, done, or open again. Caller: cmms.maintenance.orders.order_rows.
UPDATE maintenance_dues SET state = %(state)s, work_order_id = %(work_order_id)s, decided_by = %(user)s,
  decided_at = UTC_TIMESTAMP(3), row_version = row_version + 1, updated_at = UTC_TIMESTAMP(3)
WHERE id = %(id)s
