-- Purpose: keep a valid record that lost against another one of the same key.
-- Caller: cmms.sync.merge.quarantine_records.
INSERT IGNORE INTO sync_superseded_records (sync_log_id, stream, unit_key, record_key, code, payload, payload_hash)
VALUES (%(sync_log_id)s, %(stream)s, %(unit_key)s, %(record_key)s, %(code)s, %(payload)s, %(payload_hash)s)
