-- Purpose: a classification rule, locked against change. Parameters: id. Caller: cmms.equipment.change_group_rules.
SELECT priority, equipment_group_id, field, pattern, is_active, row_version
FROM equipment_group_rules WHERE id = %(id)s FOR UPDATE
