-- Purpose: the newest audit rows of starting a run, or of starting a failed run again. Parameters: entity, entity_id, action.
-- Caller: cmms.run_control.start_syncs.
SELECT actor, at, after_json FROM audit_log
WHERE entity = %(entity)s AND entity_id = %(entity_id)s AND action = %(action)s ORDER BY id DESC LIMIT 5
