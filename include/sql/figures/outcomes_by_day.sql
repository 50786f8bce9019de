-- Purpose: how the runs of some types ended and what they brought, by type and UTC day of their start.
-- Parameters: sync_types, since, until (instants; until is excluded). Caller: cmms.figures.sync_days.
SELECT sync_type, DATE(sync_started_at) AS day, COUNT(*) AS runs,
  SUM(status = 'success') AS success, SUM(status = 'partial') AS partial, SUM(status = 'failed') AS failed,
  SUM(status = 'cancelled') AS cancelled, SUM(records_processed) AS processed, SUM(records_inserted) AS inserted,
  SUM(records_updated) AS updated, SUM(records_unchanged) AS unchanged, SUM(records_failed) AS rejected
FROM api_sync_logs
WHERE sync_type IN %(sync_types)s AND sync_started_at >= %(since)s AND sync_started_at < %(until)s
GROUP BY sync_type, DATE(sync_started_at)
ORDER BY day
