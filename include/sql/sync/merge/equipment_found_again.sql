-- Purpose: machines that the source delivers again are not missing any more; a record that was rejected is there
--   all the same.
-- Parameters: stream, sync_log_id. Caller: cmms.sync.merge.merge_equipment. {stage} is the checked table name.
UPDATE equipment t
LEFT JOIN {stage} s ON s.equipment_number = t.equipment_number
SET t.missing_since = NULL, t.row_version = t.row_version + 1, t.updated_at = UTC_TIMESTAMP(3)
WHERE t.missing_since IS NOT NULL
  AND (s.equipment_number IS NOT NULL OR EXISTS (
    SELECT 1 FROM sync_record_errors r
    WHERE r.stream = %(stream)s AND r.equipment_number = t.equipment_number AND r.sync_log_id = %(sync_log_id)s))
