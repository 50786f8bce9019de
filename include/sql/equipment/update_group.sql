-- Purpose: update a group manually. Caller: cmms.equipment.change_plants_and_groups.
UPDATE equipment_groups SET name = %(name)s, description = %(description)s,
  is_active = %(is_active)s,
  row_version = row_version + 1, updated_at = UTC_TIMESTAMP(3)
WHERE id = %(id)s
