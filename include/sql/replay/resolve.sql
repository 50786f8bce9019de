-- Purpose: a replayed record was stored (or is stored already).
-- Caller: cmms.sync.quarantine_records.
UPDATE sync_record_errors
SET status = 'resolved', resolved_by = %(user)s, resolved_at = UTC_TIMESTAMP(3), attempts = attempts + 1,
    note = CONCAT('replayed by run ', %(sync_log_id)s), row_version = row_version + 1
WHERE stream = %(stream)s AND unit_key = %(unit_key)s AND payload_hash = %(payload_hash)s
  AND status IN ('open', 'acknowledged', 'retrying')
