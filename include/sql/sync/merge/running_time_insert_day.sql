-- Stream: running_time.
-- Purpose: store a day of which nothing is stored yet. The foreign keys check that machine and plant still exist.
-- Parameters: sync_log_id. Caller: cmms.sync.merge.merge_running_time. {stage} is the checked table name.
INSERT INTO equipment_running_times
  (equipment_id, plant_id, date, {columns}, quality, quality_code, sync_log_id)
SELECT s.equipment_id, s.plant_id, s.date, {staged}, s.quality, s.quality_code, %(sync_log_id)s
FROM {stage} s
ORDER BY s.equipment_id
ON DUPLICATE KEY UPDATE
  plant_id = s.plant_id, {assignments},
  quality = s.quality, quality_code = s.quality_code, sync_log_id = %(sync_log_id)s, updated_at = UTC_TIMESTAMP(3)
