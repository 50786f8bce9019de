-- Purpose: a classification rule deleted by hand. Caller: cmms.equipment.change_group_rules.
DELETE FROM equipment_group_rules WHERE id = %(id)s
