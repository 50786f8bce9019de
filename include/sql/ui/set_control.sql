-- Purpose: ask a run to pause, go on or cancel. Caller: cmms.views.start_syncs.
UPDATE api_sync_logs SET control = %(control)s, updated_at = UTC_TIMESTAMP(3) WHERE id = %(id)s
