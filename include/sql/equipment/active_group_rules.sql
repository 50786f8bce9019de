-- Purpose: the rules that classify, in their order. Caller: cmms.equipment.change_group_rules.
SELECT r.id, r.priority, r.field, r.pattern, r.equipment_group_id
FROM equipment_group_rules r WHERE r.is_active = 1 ORDER BY r.priority
