-- Purpose: records of a unit as they were received, of those that a person has corrected: the correction may name another
--   machine than the source did.
-- Parameters: stream, unit_key. Caller: cmms.operations.verify.verify_inputs.
SELECT payload FROM sync_record_errors
WHERE stream = %(stream)s AND unit_key = %(unit_key)s AND edited_payload IS NOT NULL
