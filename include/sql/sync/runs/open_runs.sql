-- Purpose: runs that are not over.
-- Callers: cmms.operations.clean_up_logs, cmms.run_control.stop_syncs.
SELECT id, sync_type, control FROM api_sync_logs WHERE status IN ('queued', 'running', 'paused') ORDER BY id
