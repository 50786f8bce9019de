-- Stream: any.
-- Purpose: compare every staged row with the stored one, column by column (<=> treats NULLs as equal).
--   orphans: equipment or plant was deleted since validation; older: the stored row is newer; insert, update as they say.
--   Equal rows do not appear.
-- Parameters: none. Caller: cmms.sync.merge.merge_by_machine. {stage} is the checked table name.
INSERT INTO merge_changes (equipment_id, target_id, outcome)
SELECT s.equipment_id, t.id,
  CASE
    WHEN e.id IS NULL OR p.id IS NULL THEN 'orphans'
    WHEN t.id IS NULL THEN 'insert'
    WHEN t.api_created_at > s.api_created_at THEN 'older'
    ELSE 'update'
  END
FROM {stage} s
LEFT JOIN equipment e ON e.id = s.equipment_id
LEFT JOIN plants p ON p.id = s.plant_id
LEFT JOIN {table} t ON t.equipment_id = s.equipment_id AND t.date = s.date
WHERE t.id IS NULL OR e.id IS NULL OR p.id IS NULL OR NOT (
  t.plant_id <=> s.plant_id AND {same}
  AND t.quality_code <=> s.quality_code)
