-- Purpose: mark a reading of a following day.
-- Callers: cmms.sync.merge.flag_following_days, cmms.sync.merge.judge_machines.
UPDATE equipment_running_times
SET quality = %(quality)s, quality_code = %(quality_code)s, updated_at = UTC_TIMESTAMP(3)
WHERE id = %(id)s
