-- Purpose: the newest run of each daily sync that is over, and its newest good one. Parameters: streams.
-- Caller: cmms.figures.open_runs.
SELECT l.id, l.sync_type, l.status, l.records_processed, l.records_failed,
  (SELECT MAX(g.sync_completed_at) FROM api_sync_logs g
   WHERE g.sync_type = l.sync_type AND g.status IN ('success', 'partial')) AS good_at
FROM api_sync_logs l
WHERE l.id IN (SELECT MAX(id) FROM api_sync_logs
  WHERE sync_type IN %(streams)s AND sync_completed_at IS NOT NULL GROUP BY sync_type)
ORDER BY l.sync_type
