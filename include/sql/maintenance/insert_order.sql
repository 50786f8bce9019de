-- Purpose: a new work order, open. Caller: cmms.maintenance.orders.order_rows.
INSERT INTO work_orders
  (equipment_id, type, title, description, priority, source, due_hours, due_date, planned_date, created_by, created_at, updated_at)
VALUES (%(equipment_id)s, %(type)s, %(title)s, %(description)s, %(priority)s, %(source)s, %(due_hours)s, %(due_date)s,
  %(planned_date)s, %(created_by)s, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))
