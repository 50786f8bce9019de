-- Purpose: delete the rows that running_time_orphans has listed from the staging table.
-- Caller: cmms.sync.merge.merge_running_time. {stage} is the checked table name.
DELETE s FROM {stage} s
LEFT JOIN equipment e ON e.id = s.equipment_id
LEFT JOIN plants p ON p.id = s.plant_id
WHERE e.id IS NULL OR p.id IS NULL
