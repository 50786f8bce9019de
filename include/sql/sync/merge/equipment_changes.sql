-- Stream: equipment.
-- Purpose: compare every staged machine with the stored one. A group set manually never counts as different.
--   orphans: its plant was deleted since validation; older: the stored row is newer; insert, update as they say.
-- Caller: cmms.sync.merge.merge_equipment. {stage} is the checked table name.
INSERT INTO merge_changes (equipment_number, target_id, outcome)
SELECT s.equipment_number, t.id,
  CASE
    WHEN p.id IS NULL THEN 'orphans'
    WHEN t.id IS NULL THEN 'insert'
    WHEN t.api_created_at > s.api_created_at THEN 'older'
    ELSE 'update'
  END
FROM {stage} s
LEFT JOIN plants p ON p.id = s.plant_id
LEFT JOIN equipment_groups g ON g.name = s.group_name
LEFT JOIN equipment t ON t.equipment_number = s.equipment_number
WHERE p.id IS NULL OR t.id IS NULL OR NOT (
  t.plant_id <=> s.plant_id AND {same}
  AND (t.group_source = 'manual' OR t.equipment_group_id <=> g.id))
