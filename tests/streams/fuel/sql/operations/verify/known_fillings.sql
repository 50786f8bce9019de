-- Purpose: numbers of the machines that have a filling of a day, or of which one waits or was discarded.
SELECT e.equipment_number FROM equipment_fuel t JOIN equipment e ON e.id = t.equipment_id WHERE t.date = %(day)s
UNION
SELECT equipment_number FROM sync_record_errors
WHERE stream = 'fuel' AND unit_key = %(unit_key)s AND equipment_number IS NOT NULL AND status <> 'resolved'
