-- Purpose: the ordered classification rules.
-- Caller: cmms.sync.merge.classify_groups.
SELECT r.priority, r.field, r.pattern, g.name AS group_name
FROM equipment_group_rules r
JOIN equipment_groups g ON g.id = r.equipment_group_id
WHERE r.is_active = 1
ORDER BY r.priority
