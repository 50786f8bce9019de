-- Purpose: make sure that a run is open, and that nobody closes it before this transaction ends.
-- Parameters: sync_log_id. Caller: cmms.sync.runs.claim_units.
SELECT id FROM api_sync_logs
WHERE id = %(sync_log_id)s AND status IN ('queued', 'running', 'paused')
LOCK IN SHARE MODE
