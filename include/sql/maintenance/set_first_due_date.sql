-- Purpose: a day that a person has chosen for schedules, until the next service. Parameters: ids, first_due_date.
-- Caller: cmms.maintenance.schedule_maintenance.
UPDATE equipment_maintenance SET first_due_date = %(first_due_date)s, row_version = row_version + 1,
  updated_at = UTC_TIMESTAMP(3)
WHERE id IN %(ids)s
