-- Purpose: the runs that are not over, with the progress of their units added up. Caller: the widgets of plugins/cmms_ui.
SELECT l.id, l.sync_type, l.status, l.control, l.sync_started_at, l.interval_start, l.interval_end, l.triggered_by,
  TIMESTAMPDIFF(SECOND, l.sync_started_at, UTC_TIMESTAMP(3)) AS seconds,
  COUNT(u.id) AS units, SUM(u.merged_at IS NOT NULL) AS units_done,
  SUM(CASE WHEN u.merged_at IS NOT NULL THEN COALESCE(u.fetched, 0) ELSE u.done END) AS done,
  SUM(COALESCE(u.total, u.fetched)) AS total,
  SUM(CASE WHEN u.merged_at IS NULL THEN u.rate END) AS rate,
  (SELECT v.step FROM sync_units v WHERE v.sync_log_id = l.id AND v.merged_at IS NULL ORDER BY v.updated_at DESC LIMIT 1) AS step
FROM api_sync_logs l
LEFT JOIN sync_units u ON u.sync_log_id = l.id
WHERE l.status IN ('queued', 'running', 'paused')
GROUP BY l.id
ORDER BY l.id DESC
LIMIT 10
