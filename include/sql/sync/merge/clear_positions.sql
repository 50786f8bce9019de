-- Purpose: a run processes a unit again that it has merged before: clear page and position of the rejects of the earlier attempt.
--   Those that the next merge rejects again get a position again; the others no longer count as its rejects.
-- Parameters: sync_log_id, stream, unit_key. Caller: cmms.sync.merge.stage_rows.
UPDATE sync_record_errors
SET page = NULL, position = NULL
WHERE sync_log_id = %(sync_log_id)s AND stream = %(stream)s AND unit_key = %(unit_key)s
