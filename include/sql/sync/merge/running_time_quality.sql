-- Purpose: the record is the same, only its marks changed (the reading before it came or was corrected meanwhile).
-- Caller: cmms.sync.merge.merge_running_time. {stage} is the checked table name.
UPDATE equipment_running_times t
JOIN merge_changes c ON c.target_id = t.id AND c.outcome = 'quality'
JOIN {stage} s ON s.equipment_id = c.equipment_id
SET t.quality = s.quality, t.quality_code = s.quality_code, t.updated_at = UTC_TIMESTAMP(3)
