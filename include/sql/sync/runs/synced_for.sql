-- Purpose: whether a sync of a stream for that day (or a later one) succeeded.
-- Parameters: stream, day. Caller: cmms.sync.runs.open_run.
SELECT EXISTS (
  SELECT 1 FROM api_sync_logs
  WHERE sync_type = %(stream)s AND status IN ('success', 'partial') AND interval_end >= %(day)s
) AS is_fresh
