-- Purpose: somebody takes care of a rejected record. Caller: cmms.quarantine.handle_rejects.
UPDATE sync_record_errors SET status = 'acknowledged', note = COALESCE(%(note)s, note), row_version = row_version + 1
WHERE id = %(id)s
