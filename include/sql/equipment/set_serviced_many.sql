-- Purpose: the maintenance intervals of machines start again, each at the counter that its newest reading shows.
-- Parameters: machines (JSON: id, hours; without hours: no reading). Caller: cmms.equipment.change_equipment.
UPDATE equipment e
JOIN JSON_TABLE(%(machines)s, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$.id', hours DECIMAL(16,3) PATH '$.hours')) s
  ON s.id = e.id
SET e.serviced_at_hours = s.hours, e.row_version = e.row_version + 1, e.updated_at = UTC_TIMESTAMP(3)
