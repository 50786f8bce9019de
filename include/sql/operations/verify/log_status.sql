-- Purpose: a closed log has an end and a level; it is a success only if every unit was merged and no record rejected.
-- Caller: cmms.operations.verify.verify_tables.
SELECT l.id, l.status, l.records_failed, COALESCE(u.unmerged, 0) AS unmerged,
  COALESCE(l.sync_completed_at, 'never') AS completed, COALESCE(l.level, 'none') AS level
FROM api_sync_logs l
LEFT JOIN (
  SELECT sync_log_id, SUM(merged_at IS NULL) AS unmerged FROM sync_units GROUP BY sync_log_id
) u ON u.sync_log_id = l.id
WHERE l.status NOT IN ('queued', 'running', 'paused')
  AND (l.sync_completed_at IS NULL OR l.level IS NULL
    OR (l.status IN ('success', 'partial') AND COALESCE(u.unmerged, 0) > 0)
    OR (l.status = 'success' AND l.records_failed > 0)
    OR (l.status = 'partial' AND l.records_failed = 0))
ORDER BY l.id
