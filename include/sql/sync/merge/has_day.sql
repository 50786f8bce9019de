-- Purpose: whether any reading of that day is stored: if none, every staged row is new.
-- Parameters: day. Caller: cmms.sync.merge.merge_running_time.
SELECT EXISTS (SELECT 1 FROM equipment_running_times WHERE date = %(day)s) AS has_day
