-- Purpose: page and position of the records of an outcome, to store their raw text.
-- Parameters: outcome. Caller: cmms.sync.merge.merge_equipment. {stage} is the checked table name.
SELECT s.page, s.position, s.equipment_number
FROM merge_changes c
JOIN {stage} s ON s.equipment_number = c.equipment_number
WHERE c.outcome = %(outcome)s
ORDER BY s.page, s.position
