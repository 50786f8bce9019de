-- Stream: fuel.
-- Purpose: fillings of a day as the source would deliver them.
SELECT e.id AS own_id, p.plant_code, e.equipment_number, t.date, {read}
FROM {table} t
JOIN equipment e ON e.id = t.equipment_id
JOIN plants p ON p.id = t.plant_id
WHERE t.date = %(day)s AND (%(all_ids)s OR e.id IN %(ids)s)
