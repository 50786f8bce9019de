-- Purpose: who has stopped all syncs, or let them run again, last. Caller: cmms.run_control.stop_syncs.
SELECT actor, action, at, after_json FROM audit_log WHERE entity = 'syncs' AND entity_id = 'all' ORDER BY id DESC LIMIT 1
