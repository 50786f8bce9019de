-- Purpose: a complete new input of the unit does not hold these records any more: the source has mended or dropped them.
--   Those of this run without a place are of an earlier attempt (quarantine/clear_positions). An input that was asked for
--   some plants speaks for the records of their machines only, unless these are all the plants there are.
-- Parameters: sync_log_id, stream, unit_key, is_everything, plant_codes. Caller: cmms.sync.merge.quarantine_records.
UPDATE sync_record_errors
SET status = 'resolved', resolved_by = 'sync', resolved_at = UTC_TIMESTAMP(3),
    note = CONCAT('no longer rejected: run ', %(sync_log_id)s), row_version = row_version + 1
WHERE stream = %(stream)s AND unit_key = %(unit_key)s AND (sync_log_id <> %(sync_log_id)s OR page IS NULL)
  AND status IN ('open', 'acknowledged', 'retrying')
  AND (%(is_everything)s
       OR NOT EXISTS (SELECT 1 FROM plants WHERE plant_code NOT IN %(plant_codes)s)
       OR equipment_number IN (
         SELECT e.equipment_number FROM equipment e JOIN plants p ON p.id = e.plant_id
         WHERE p.plant_code IN %(plant_codes)s))
