-- Purpose: every schedule of these machines counts from this service on: from the day of the newest reading, or from today
--   where by that day it would be due again at once. Parameters: machines (JSON: id, hours, day), today.
-- Caller: cmms.equipment.change_equipment.
UPDATE equipment_maintenance m
JOIN JSON_TABLE(%(machines)s, '$[*]' COLUMNS (
  id BIGINT UNSIGNED PATH '$.id', hours DECIMAL(16,3) PATH '$.hours', day DATE PATH '$.day')) s ON s.id = m.equipment_id
JOIN maintenance_plans p ON p.id = m.plan_id
SET m.baseline_hours = s.hours,
  m.baseline_date = IF(p.interval_days IS NOT NULL AND DATEDIFF(%(today)s, s.day) >= p.interval_days, %(today)s, s.day),
  m.first_due_date = NULL, m.row_version = m.row_version + 1, m.updated_at = UTC_TIMESTAMP(3)
