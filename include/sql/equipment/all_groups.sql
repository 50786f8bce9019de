-- Purpose: the name of every group, active or not. Caller: cmms.equipment.change_group_rules.
SELECT id, name FROM equipment_groups
