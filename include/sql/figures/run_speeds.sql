-- Purpose: how long the newest good runs of a type took, and how many records they went through.
-- Parameters: sync_type, since, row_limit. Caller: cmms.figures.sync_days.
SELECT id, sync_started_at, records_processed,
  TIMESTAMPDIFF(MICROSECOND, sync_started_at, sync_completed_at) / 1000000 AS seconds
FROM api_sync_logs
WHERE sync_type = %(sync_type)s AND sync_started_at >= %(since)s AND status IN ('success', 'partial')
ORDER BY sync_started_at DESC
LIMIT %(row_limit)s
