-- Purpose: installations of a component that reach to a day or begin after it. Parameters: child_id, day.
-- Caller: cmms.maintenance.meters.change_installations.
SELECT i.from_date, e.equipment_number
FROM installations i
JOIN equipment e ON e.id = i.parent_id
WHERE i.child_id = %(child_id)s AND (i.to_date IS NULL OR i.to_date >= %(day)s)
ORDER BY i.from_date
