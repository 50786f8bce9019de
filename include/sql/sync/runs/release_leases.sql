-- Purpose: a closed run holds nothing any more.
-- Parameters: sync_log_id. Caller: cmms.sync.runs.close_run, cmms.operations.watch_runs.
UPDATE sync_leases SET sync_log_id = NULL, lease_until = NULL WHERE sync_log_id = %(sync_log_id)s
