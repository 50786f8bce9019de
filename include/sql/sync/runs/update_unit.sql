-- Purpose: step, done, total and rate of a unit, for a view to read live.
-- Caller: cmms.sync.runs.report_progress.
UPDATE sync_units
SET step = %(step)s, done = %(done)s, total = %(total)s, rate = %(rate)s, updated_at = UTC_TIMESTAMP(3)
WHERE sync_log_id = %(sync_log_id)s AND unit_key = %(unit_key)s
