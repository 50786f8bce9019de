-- Purpose: machines that a full snapshot does not deliver: marked, never deleted, never deactivated.
--   A record that was rejected is there all the same. A snapshot that was asked for some plants speaks for their machines.
-- Parameters: stream, day, sync_log_id, is_everything, plant_codes. Caller: cmms.sync.merge.merge_equipment. {stage} is the checked
--   table name.
UPDATE equipment t
LEFT JOIN {stage} s ON s.equipment_number = t.equipment_number
SET t.missing_since = %(day)s, t.row_version = t.row_version + 1, t.updated_at = UTC_TIMESTAMP(3)
WHERE s.equipment_number IS NULL AND t.missing_since IS NULL
  AND (%(is_everything)s OR t.plant_id IN (SELECT id FROM plants WHERE plant_code IN %(plant_codes)s))
  AND NOT EXISTS (
    SELECT 1 FROM sync_record_errors r
    WHERE r.stream = %(stream)s AND r.equipment_number = t.equipment_number AND r.sync_log_id = %(sync_log_id)s)
