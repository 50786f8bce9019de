-- Purpose: a replayed record was stored (or is stored already), or a newer one is; the note says which.
-- Parameters: user, note, stream, unit_key, payload_hash. Caller: cmms.sync.merge.quarantine_records.
UPDATE sync_record_errors
SET status = 'resolved', resolved_by = %(user)s, resolved_at = UTC_TIMESTAMP(3), attempts = attempts + 1,
    note = %(note)s, row_version = row_version + 1
WHERE stream = %(stream)s AND unit_key = %(unit_key)s AND payload_hash = %(payload_hash)s
  AND status IN ('open', 'acknowledged', 'retrying')
