-- Purpose: where a component was installed, newest first. Parameters: id. Caller: cmms.figures.meters.
SELECT i.id, i.parent_id, m.equipment_number AS parent_number, i.from_date, i.to_date
FROM installations i
JOIN equipment m ON m.id = i.parent_id
WHERE i.child_id = %(id)s
ORDER BY i.from_date DESC
LIMIT 20
