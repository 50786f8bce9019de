-- Purpose: mark a reading of a following day.
-- Caller: cmms.sync.merge.flag_following_days.
UPDATE equipment_running_times
SET quality = %(quality)s, quality_code = %(quality_code)s, updated_at = UTC_TIMESTAMP(3)
WHERE id = %(id)s
