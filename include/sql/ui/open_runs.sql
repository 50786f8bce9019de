-- Purpose: the runs that are not over, about to be stopped. Caller: cmms.views.stop_syncs.
SELECT id, sync_type, control FROM api_sync_logs WHERE status IN ('queued', 'running', 'paused') ORDER BY id
