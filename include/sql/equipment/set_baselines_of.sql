-- Purpose: every schedule of a machine counts from this service on: from the day of the newest reading, or from today where
--   by that day it would be due again at once. Parameters: id (of the machine), hours, day, today.
-- Caller: cmms.equipment.change_equipment.
UPDATE equipment_maintenance m JOIN maintenance_plans p ON p.id = m.plan_id
SET m.baseline_hours = %(hours)s,
  m.baseline_date = IF(p.interval_days IS NOT NULL AND DATEDIFF(%(today)s, %(day)s) >= p.interval_days, %(today)s, %(day)s),
  m.first_due_date = NULL, m.row_version = m.row_version + 1, m.updated_at = UTC_TIMESTAMP(3)
WHERE m.equipment_id = %(id)s
