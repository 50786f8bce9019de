-- Purpose: every filling of one day, to be compared with what the source answers; it has no hours.
SELECT e.equipment_number, p.plant_code, NULL AS running_hours, NULL AS cumulative_hours, 0 AS is_missing
FROM equipment_fuel t
JOIN equipment e ON e.id = t.equipment_id
JOIN plants p ON p.id = t.plant_id
WHERE t.date = %(day)s
