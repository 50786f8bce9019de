-- Purpose: units that are held by a run whose log row does not exist any more.
-- Caller: cmms.operations.watch_runs.
UPDATE sync_leases s
LEFT JOIN api_sync_logs l ON l.id = s.sync_log_id
SET s.sync_log_id = NULL, s.lease_until = NULL
WHERE s.sync_log_id IS NOT NULL AND l.id IS NULL
