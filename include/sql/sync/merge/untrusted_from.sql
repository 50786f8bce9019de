-- Purpose: machines with a doubtful, decided or void reading on a day or later, among those of which this run has just
--   written that day.
-- Parameters: day, sync_log_id. Caller: cmms.sync.merge.flag_following_days.
SELECT u.equipment_id
FROM (
  SELECT equipment_id FROM doubtful_readings WHERE date >= %(day)s
  UNION
  SELECT equipment_id FROM reading_voids WHERE date >= %(day)s AND void_flag = 1
) u
JOIN equipment_running_times t ON t.equipment_id = u.equipment_id AND t.date = %(day)s AND t.sync_log_id = %(sync_log_id)s
