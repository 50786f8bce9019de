-- Purpose: a version of each thing that pages show live; a version that differs says that it has changed, nothing more.
--   Asked once a second while somebody listens, so it touches indexes, open runs and open alerts only.
-- Caller: cmms.figures.read_changes.
SELECT
  (SELECT CONCAT_WS('/', MAX(l.heartbeat_at), SUM(u.done), MAX(u.updated_at), COUNT(u.merged_at))
   FROM api_sync_logs l LEFT JOIN sync_units u ON u.sync_log_id = l.id
   WHERE l.status IN ('queued', 'running', 'paused')) AS progress,
  (SELECT CONCAT_WS('/', MAX(id), (SELECT CONCAT_WS('/', COUNT(*), SUM(CRC32(CONCAT_WS(' ', id, status, control))))
     FROM api_sync_logs WHERE status IN ('queued', 'running', 'paused')))
   FROM api_sync_logs) AS runs,
  (SELECT MAX(merged_at) FROM sync_units
   WHERE sync_log_id > (SELECT CAST(MAX(id) AS SIGNED) - 20 FROM api_sync_logs)) AS records,
  (SELECT CONCAT_WS('/', (SELECT MAX(id) FROM alert_events), COUNT(*), MAX(last_at), SUM(occurrences), SUM(row_version),
     (SELECT COUNT(*) FROM notification_reads n JOIN alert_events o ON o.id = n.alert_event_id
      WHERE o.status IN ('firing', 'acknowledged')))
   FROM alert_events WHERE status IN ('firing', 'acknowledged')) AS alerts,
  (SELECT CONCAT_WS('/', (SELECT MAX(id) FROM sync_record_errors), (SELECT MAX(id) FROM sync_log_events))) AS errors,
  (SELECT id FROM audit_log WHERE refusal_key IS NULL ORDER BY id DESC LIMIT 1) AS edits
