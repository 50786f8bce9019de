-- Purpose: hand schedules that a person made back to their plans: the evaluation removes or suspends them unless the
--   plan's scope covers the machine. Parameters: ids. Caller: cmms.maintenance.schedule_maintenance.
UPDATE equipment_maintenance SET assigned_by = 'plan', first_due_date = NULL, row_version = row_version + 1,
  updated_at = UTC_TIMESTAMP(3)
WHERE id IN %(ids)s
