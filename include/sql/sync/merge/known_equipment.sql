-- Purpose: how many machines the last full snapshot had, for the shrink guard.
-- Caller: cmms.sync.merge.merge_equipment.
SELECT COUNT(*) AS known FROM equipment WHERE missing_since IS NULL
