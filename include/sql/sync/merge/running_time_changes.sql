-- Stream: running_time.
-- Purpose: compare every staged row with the stored one, column by column (<=> treats NULLs as equal).
--   orphans: equipment or plant was deleted since validation; foreign: another measuring point, while the machine's own one is
--   stored; older: the stored row is newer (a foreign point's never is); update: values differ; quality: only the marks
--   differ; insert: not stored yet. Equal rows do not appear.
-- Parameters: none. Caller: cmms.sync.merge.merge_running_time. {stage} is the checked table name.
INSERT INTO merge_changes (equipment_id, target_id, outcome)
SELECT s.equipment_id, t.id,
  CASE
    WHEN e.id IS NULL OR p.id IS NULL THEN 'orphans'
    WHEN t.id IS NULL THEN 'insert'
    WHEN t.point = e.point AND s.point <> e.point THEN 'foreign'
    WHEN (t.api_created_at > s.api_created_at
      OR (t.api_created_at = s.api_created_at AND COALESCE(t.date_time, '1000-01-01') > COALESCE(s.date_time, '1000-01-01')))
      AND NOT COALESCE(s.point = e.point AND t.point <> e.point, FALSE)
      THEN 'older'
    WHEN t.plant_id <=> s.plant_id AND {same}
      THEN 'quality'
    ELSE 'update'
  END
FROM {stage} s
LEFT JOIN equipment e ON e.id = s.equipment_id
LEFT JOIN plants p ON p.id = s.plant_id
LEFT JOIN equipment_running_times t ON t.equipment_id = s.equipment_id AND t.date = s.date
WHERE t.id IS NULL OR e.id IS NULL OR p.id IS NULL OR NOT (
  t.plant_id <=> s.plant_id AND {same}
  AND t.quality_code <=> s.quality_code)
