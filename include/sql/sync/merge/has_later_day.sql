-- Purpose: whether readings of later days are stored: only then a change can touch their marks.
-- Parameters: day. Caller: cmms.sync.merge.merge_running_time.
SELECT EXISTS (SELECT 1 FROM equipment_running_times WHERE date > %(day)s) AS has_later_day
