-- Purpose: what people own of machines, the same in all of them; a column whose flag is 0 stays as it is in each.
-- Parameters: ids; for each column its value, and sets_<column>. Caller: cmms.equipment.change_equipment.
UPDATE equipment
SET is_active = IF(%(sets_is_active)s, %(is_active)s, is_active),
  inactive_reason = IF(%(sets_inactive_reason)s, %(inactive_reason)s, inactive_reason),
  equipment_group_id = IF(%(sets_equipment_group_id)s, %(equipment_group_id)s, equipment_group_id),
  group_source = IF(%(sets_group_source)s, %(group_source)s, group_source),
  notes = IF(%(sets_notes)s, %(notes)s, notes),
  row_version = row_version + 1, updated_at = UTC_TIMESTAMP(3)
WHERE id IN %(ids)s
