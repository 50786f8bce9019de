-- Purpose: how a run ended, with the stack of a failure and how long it waited. Parameters: id.
-- Caller: cmms.figures.run_details.
SELECT id, sync_type, status, stack_trace, dag_id, run_id, error_class, error_category, error_message, records_processed,
  records_failed, queue_ms, TIMESTAMPDIFF(MICROSECOND, sync_started_at, sync_completed_at) / 1000 AS run_ms
FROM api_sync_logs WHERE id = %(id)s
