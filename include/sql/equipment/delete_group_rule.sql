-- Purpose: delete a classification rule manually. Caller: cmms.equipment.change_group_rules.
DELETE FROM equipment_group_rules WHERE id = %(id)s
