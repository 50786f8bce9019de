-- Stream: running_time.
-- Purpose: keep what an update is about to replace.
-- Parameters: sync_log_id, changed_by. Caller: cmms.sync.merge.merge_running_time.
INSERT INTO equipment_running_time_revisions (running_time_id, equipment_id, date, before_json, sync_log_id, changed_by)
SELECT t.id, t.equipment_id, t.date,
  JSON_OBJECT(
    'plant_id', t.plant_id, {before}, 'quality_code', t.quality_code, 'sync_log_id', t.sync_log_id),
  %(sync_log_id)s, %(changed_by)s
FROM merge_changes c
JOIN equipment_running_times t ON t.id = c.target_id
WHERE c.outcome = 'update'
ORDER BY c.equipment_id
