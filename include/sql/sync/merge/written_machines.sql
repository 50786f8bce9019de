-- Purpose: the machines of which this run has just written a day. Parameters: day, sync_log_id.
-- Caller: cmms.sync.merge.flag_following_days.
SELECT equipment_id FROM equipment_running_times WHERE date = %(day)s AND sync_log_id = %(sync_log_id)s
