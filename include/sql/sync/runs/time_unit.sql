-- Purpose: add a step's duration to the unit.
-- Caller: cmms.sync.runs.report_progress.
UPDATE sync_units
SET api_ms = COALESCE(api_ms, 0) + %(api_ms)s, validate_ms = COALESCE(validate_ms, 0) + %(validate_ms)s,
    stage_ms = COALESCE(stage_ms, 0) + %(stage_ms)s, merge_ms = COALESCE(merge_ms, 0) + %(merge_ms)s
WHERE sync_log_id = %(sync_log_id)s AND unit_key = %(unit_key)s
