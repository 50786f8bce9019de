-- Purpose: a complete new input of the unit does not hold these records any more: the source has mended or dropped them.
--   Those of this run without a place are of an earlier attempt (quarantine/forget_places).
-- Parameters: sync_log_id, stream, unit_key. Caller: cmms.sync.quarantine_records.
UPDATE sync_record_errors
SET status = 'resolved', resolved_by = 'sync', resolved_at = UTC_TIMESTAMP(3),
    note = CONCAT('no longer rejected: run ', %(sync_log_id)s), row_version = row_version + 1
WHERE stream = %(stream)s AND unit_key = %(unit_key)s AND (sync_log_id <> %(sync_log_id)s OR page IS NULL)
  AND status IN ('open', 'acknowledged', 'retrying')
