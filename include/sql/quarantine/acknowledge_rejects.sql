-- Purpose: somebody takes care of rejected records. Parameters: ids, note. Caller: cmms.quarantine.handle_rejects.
UPDATE sync_record_errors SET status = 'acknowledged', note = COALESCE(%(note)s, note), row_version = row_version + 1
WHERE id IN %(ids)s
