-- Stream: any.
-- Purpose: store the new and changed rows only.
-- Parameters: sync_log_id. Caller: cmms.sync.merge.merge_running_time, cmms.sync.merge.merge_by_machine. {stage} is the checked table name.
INSERT INTO {table}
  (equipment_id, plant_id, date, {columns}, quality, quality_code, sync_log_id)
SELECT s.equipment_id, s.plant_id, s.date, {staged}, s.quality, s.quality_code, %(sync_log_id)s
FROM merge_changes c
JOIN {stage} s ON s.equipment_id = c.equipment_id
WHERE c.outcome IN ('insert', 'update')
ORDER BY s.equipment_id
ON DUPLICATE KEY UPDATE
  plant_id = s.plant_id, {assignments},
  quality = s.quality, quality_code = s.quality_code, sync_log_id = %(sync_log_id)s, updated_at = UTC_TIMESTAMP(3)
