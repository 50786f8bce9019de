-- Purpose: the log row of a run that somebody has just started. Parameters: dag_id, run_id.
-- Caller: cmms.run_control.find_run.
SELECT id, sync_type, status, level, records_processed, records_inserted, records_updated,
  records_unchanged, records_failed, records_warning, error_class, error_message,
  TIMESTAMPDIFF(MICROSECOND, sync_started_at, sync_completed_at) / 1000000 AS seconds
FROM api_sync_logs WHERE dag_id = %(dag_id)s AND run_id = %(run_id)s
