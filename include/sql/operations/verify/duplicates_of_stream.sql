-- Stream: any.
-- Purpose: a machine has one record a day, also if the unique key was dropped.
-- Caller: cmms.operations.verify.verify_tables.
SELECT '{table}' AS place, CONCAT('machine ', equipment_id, ' on ', date) AS duplicate, COUNT(*) AS copies
FROM {table} GROUP BY equipment_id, date HAVING COUNT(*) > 1
