-- Purpose: staged rows whose equipment or plant was deleted between validation and merge.
--   Reads what is committed now, as the INSERT before it did, not the transaction's snapshot.
-- Caller: cmms.sync.merge.merge_running_time. {stage} is the checked table name.
SELECT s.page, s.position, e.equipment_number
FROM {stage} s
LEFT JOIN equipment e ON e.id = s.equipment_id
LEFT JOIN plants p ON p.id = s.plant_id
WHERE e.id IS NULL OR p.id IS NULL
LOCK IN SHARE MODE
