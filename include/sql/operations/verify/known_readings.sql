-- Purpose: numbers of the machines that have a reading of a day, or of which one waits or was discarded. What a resolved
--   reject has become is stored.
-- Parameters: day, stream, unit_key (the same day as text). Caller: cmms.operations.verify.verify_inputs.
SELECT e.equipment_number
FROM equipment_running_times r
JOIN equipment e ON e.id = r.equipment_id
WHERE r.date = %(day)s
UNION
SELECT equipment_number
FROM sync_record_errors
WHERE stream = %(stream)s AND unit_key = %(unit_key)s AND equipment_number IS NOT NULL
  AND status <> 'resolved'
