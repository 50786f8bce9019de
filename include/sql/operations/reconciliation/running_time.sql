-- Purpose: every reading of one day, hours in whole thousandths, to be compared with what the source answers.
-- Parameters: day. Caller: cmms.operations.reconciliation.read_stored.
SELECT e.equipment_number, p.plant_code,
  CAST(t.running_hours * 1000 AS SIGNED) AS running_hours, CAST(t.cumulative_hours * 1000 AS SIGNED) AS cumulative_hours,
  0 AS is_missing
FROM equipment_running_times t
JOIN equipment e ON e.id = t.equipment_id
JOIN plants p ON p.id = t.plant_id
WHERE t.date = %(day)s
