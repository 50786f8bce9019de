-- When a sync type last ended without failing, before an instant.
-- Parameters: sync_type, until. Caller: cmms.alerts.load_history
SELECT MAX(sync_completed_at) AS last_good_at
FROM api_sync_logs
WHERE sync_type = %(sync_type)s AND status IN ('success', 'partial') AND sync_completed_at <= %(until)s
