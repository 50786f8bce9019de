-- Purpose: what became of replayed records. Parameters: ids. Caller: cmms.quarantine.replay_records.
SELECT record_key, status, code, message, note FROM sync_record_errors WHERE id IN %(ids)s ORDER BY id
