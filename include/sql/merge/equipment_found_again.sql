-- Purpose: machines that a full snapshot delivers again are not missing any more.
-- Caller: cmms.sync.merge_equipment. {stage} is the checked table name.
UPDATE equipment t
JOIN {stage} s ON s.equipment_number = t.equipment_number
SET t.missing_since = NULL, t.row_version = t.row_version + 1, t.updated_at = UTC_TIMESTAMP(3)
WHERE t.missing_since IS NOT NULL
