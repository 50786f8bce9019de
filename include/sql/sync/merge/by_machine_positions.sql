-- Purpose: page and position of the records of an outcome, to store their raw text.
-- Parameters: outcome. Caller: cmms.sync.merge.merge_running_time, cmms.sync.merge.merge_by_machine. {stage} is the checked table name.
SELECT s.page, s.position, e.equipment_number
FROM merge_changes c
JOIN {stage} s ON s.equipment_id = c.equipment_id
LEFT JOIN equipment e ON e.id = s.equipment_id
WHERE c.outcome = %(outcome)s
ORDER BY s.page, s.position
