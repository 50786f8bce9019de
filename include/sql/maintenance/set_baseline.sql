-- Purpose: counting begins here: a service was done, or is not done after all. Caller: cmms.maintenance.orders.complete_order.
UPDATE equipment_maintenance SET baseline_hours = %(baseline_hours)s, baseline_date = %(baseline_date)s,
  first_due_date = %(first_due_date)s, row_version = row_version + 1, updated_at = UTC_TIMESTAMP(3)
WHERE id = %(id)s
