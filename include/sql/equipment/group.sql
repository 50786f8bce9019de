-- Purpose: a group, locked against change. Parameters: id. Caller: cmms.equipment.change_plants_and_groups.
SELECT id, name, description, is_active, row_version
FROM equipment_groups WHERE id = %(id)s FOR UPDATE
