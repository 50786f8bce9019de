-- Purpose: close a run's log row; one that is closed already stays as it is.
-- Caller: cmms.sync.runs.close_run.
UPDATE api_sync_logs
SET status = %(status)s, level = %(level)s,
    records_processed = %(records_processed)s, records_success = %(records_success)s, records_failed = %(records_failed)s,
    records_inserted = %(records_inserted)s, records_updated = %(records_updated)s,
    records_unchanged = %(records_unchanged)s, records_superseded = %(records_superseded)s,
    records_warning = %(records_warning)s,
    api_ms = %(api_ms)s, validate_ms = %(validate_ms)s, db_ms = %(db_ms)s,
    error_class = %(error_class)s, error_category = %(error_category)s, error_message = %(error_message)s,
    stack_trace = %(stack_trace)s, respond_by = %(respond_by)s,
    control = 'none', sync_completed_at = UTC_TIMESTAMP(3), updated_at = UTC_TIMESTAMP(3)
WHERE id = %(id)s AND status IN ('queued', 'running', 'paused')
