-- Purpose: store the new and changed rows only.
-- Parameters: sync_log_id. Caller: cmms.sync.merge.merge_running_time. {stage} is the checked table name.
INSERT INTO equipment_running_times
  (equipment_id, plant_id, point, date, date_time, description, running_hours, cumulative_hours, company_code,
   equipment_description, object_number, api_created_at, quality, quality_code, sync_log_id)
SELECT s.equipment_id, s.plant_id, s.point, s.date, s.date_time, s.description, s.running_hours, s.cumulative_hours,
   s.company_code, s.equipment_description, s.object_number, s.api_created_at, s.quality, s.quality_code, %(sync_log_id)s
FROM merge_changes c
JOIN {stage} s ON s.equipment_id = c.equipment_id
WHERE c.outcome IN ('insert', 'update')
ORDER BY s.equipment_id
ON DUPLICATE KEY UPDATE
  plant_id = s.plant_id, point = s.point, date_time = s.date_time, description = s.description,
  running_hours = s.running_hours, cumulative_hours = s.cumulative_hours, company_code = s.company_code,
  equipment_description = s.equipment_description, object_number = s.object_number, api_created_at = s.api_created_at,
  quality = s.quality, quality_code = s.quality_code, sync_log_id = %(sync_log_id)s, updated_at = UTC_TIMESTAMP(3)
