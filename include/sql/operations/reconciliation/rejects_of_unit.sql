-- Purpose: records of a unit that are accounted for although they are not stored: they wait in quarantine, were discarded,
--   or were stored with the values that a person corrected.
-- Parameters: stream, unit_key. Caller: cmms.operations.reconciliation.read_stored.
SELECT equipment_number, payload_hash, open_flag IS NOT NULL AS is_open, status = 'resolved' AS is_corrected
FROM sync_record_errors
WHERE stream = %(stream)s AND unit_key = %(unit_key)s AND (status <> 'resolved' OR edited_payload IS NOT NULL)
