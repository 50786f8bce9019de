-- Purpose: what a run was about. Parameters: id. Caller: cmms.run_control.start_syncs.
SELECT status, sync_type, scope, interval_start, interval_end FROM api_sync_logs WHERE id = %(id)s
