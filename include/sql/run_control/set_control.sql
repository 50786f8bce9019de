-- Purpose: ask a run to pause, go on or cancel; no row if its state does not allow that (any more).
-- Parameters: id, control, statuses, controls. Callers: cmms.run_control.start_syncs, cmms.run_control.stop_syncs.
UPDATE api_sync_logs SET control = %(control)s, updated_at = UTC_TIMESTAMP(3)
WHERE id = %(id)s AND status IN %(statuses)s AND control IN %(controls)s
