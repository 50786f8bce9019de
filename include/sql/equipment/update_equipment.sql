-- Purpose: what people own of a machine. Caller: cmms.equipment.change_equipment.
UPDATE equipment
SET is_active = %(is_active)s, inactive_reason = %(inactive_reason)s, equipment_group_id = %(equipment_group_id)s,
  group_source = %(group_source)s, notes = %(notes)s, row_version = row_version + 1, updated_at = UTC_TIMESTAMP(3)
WHERE id = %(id)s
