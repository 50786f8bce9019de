-- Purpose: numbers of all machines that are stored, or of which a master record waits or was discarded. What a resolved
--   reject has become is stored.
-- Parameters: stream. Caller: cmms.operations.verify.verify_inputs.
SELECT equipment_number FROM equipment
UNION
SELECT equipment_number FROM sync_record_errors WHERE stream = %(stream)s AND equipment_number IS NOT NULL
  AND status <> 'resolved'
