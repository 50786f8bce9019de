-- Purpose: update a classification rule manually. Caller: cmms.equipment.change_group_rules.
UPDATE equipment_group_rules SET priority = %(priority)s, equipment_group_id = %(equipment_group_id)s, field = %(field)s,
  pattern = %(pattern)s, is_active = %(is_active)s, row_version = row_version + 1, updated_at = UTC_TIMESTAMP(3)
WHERE id = %(id)s
