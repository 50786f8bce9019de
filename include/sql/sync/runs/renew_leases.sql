-- Purpose: the run is alive: its leases go on.
-- Caller: cmms.sync.runs.report_progress.
UPDATE sync_leases
SET lease_until = UTC_TIMESTAMP(3) + INTERVAL %(lease_seconds)s SECOND
WHERE sync_log_id = %(sync_log_id)s
