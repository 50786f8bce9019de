-- Purpose: the runs that are not over, with the progress of their units added up. Caller: cmms.figures.open_runs.
SELECT l.id, l.sync_type, l.status, l.control, l.interval_start, l.interval_end,
  TIMESTAMPDIFF(SECOND, l.sync_started_at, UTC_TIMESTAMP(3)) AS seconds,
  COUNT(u.id) AS units, COUNT(u.merged_at) AS units_done,
  SUM(CASE WHEN u.merged_at IS NOT NULL THEN COALESCE(u.fetched, 0) ELSE u.done END) AS done,
  SUM(COALESCE(u.total, u.fetched)) AS total,
  SUM(CASE WHEN u.merged_at IS NULL THEN u.rate END) AS rate,
  COALESCE(SUM(u.merged_at IS NULL AND u.step IN ('planned', 'fetch')), 0) AS fetching,
  COALESCE(SUM(u.merged_at IS NULL AND u.step = 'validate'), 0) AS validating,
  COALESCE(SUM(u.merged_at IS NULL AND u.step IN ('stage', 'merge')), 0) AS writing,
  COALESCE(SUM(u.fetched), 0) AS fetched, COALESCE(SUM(u.rejected), 0) AS rejected,
  COALESCE(SUM(u.inserted + u.updated), 0) AS written,
  COALESCE(SUM(u.api_ms), 0) AS api_ms, COALESCE(SUM(u.validate_ms), 0) AS validate_ms,
  COALESCE(SUM(u.stage_ms), 0) + COALESCE(SUM(u.merge_ms), 0) AS write_ms,
  (SELECT v.step FROM sync_units v WHERE v.sync_log_id = l.id AND v.merged_at IS NULL ORDER BY v.updated_at DESC LIMIT 1) AS step
FROM api_sync_logs l
LEFT JOIN sync_units u ON u.sync_log_id = l.id
WHERE l.status IN ('queued', 'running', 'paused')
GROUP BY l.id
ORDER BY l.id DESC
LIMIT 10
