-- Purpose: what must be there once is there once, also if the unique key was dropped.
--   Records by machine and day are in duplicates_of_stream.
-- Caller: cmms.operations.verify.verify_tables.
SELECT 'plants' AS place, plant_code AS duplicate, COUNT(*) AS copies
FROM plants GROUP BY plant_code HAVING COUNT(*) > 1
UNION ALL
SELECT 'equipment', equipment_number, COUNT(*)
FROM equipment GROUP BY equipment_number HAVING COUNT(*) > 1
UNION ALL
SELECT 'sync_units', CONCAT('unit ', unit_key, ' of run ', sync_log_id), COUNT(*)
FROM sync_units GROUP BY sync_log_id, unit_key HAVING COUNT(*) > 1
