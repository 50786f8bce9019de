-- Stream: any.
-- Purpose: machines that are marked as missing, but for those of which a master record was rejected.
-- Parameters: stream. Caller: cmms.operations.verify.verify_inputs.
SELECT e.equipment_number
FROM {table} e
WHERE e.missing_since IS NOT NULL AND NOT EXISTS (
  SELECT 1 FROM sync_record_errors r WHERE r.stream = %(stream)s AND r.equipment_number = e.equipment_number)
