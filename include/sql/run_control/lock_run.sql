-- Purpose: a run that is about to be controlled. Parameters: id. Caller: cmms.run_control.start_syncs.
SELECT status, control FROM api_sync_logs WHERE id = %(id)s FOR UPDATE
