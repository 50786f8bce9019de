-- Purpose: every machine and its plant, also those that the newest snapshot did not hold, to be compared with the source.
-- Caller: cmms.operations.reconciliation.read_stored.
SELECT e.equipment_number, p.plant_code, NULL AS running_hours, NULL AS cumulative_hours,
  e.missing_since IS NOT NULL AS is_missing
FROM equipment e
JOIN plants p ON p.id = e.plant_id
