-- Purpose: groups that staged records name and that do not exist yet.
-- Caller: cmms.sync.merge.merge_equipment. {stage} is the checked table name.
INSERT INTO equipment_groups (name)
SELECT DISTINCT s.group_name FROM {stage} s
LEFT JOIN equipment_groups g ON g.name = s.group_name
WHERE s.group_name IS NOT NULL AND g.id IS NULL
ORDER BY s.group_name
