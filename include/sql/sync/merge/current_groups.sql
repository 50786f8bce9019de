-- Purpose: the group of each machine as it is, for those that the rules cannot decide about.
-- Caller: cmms.sync.merge.classify_groups.
SELECT e.equipment_number, g.name AS group_name
FROM equipment e
JOIN equipment_groups g ON g.id = e.equipment_group_id
