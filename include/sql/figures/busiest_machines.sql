-- Purpose: the machines that have run most on the newest day. Parameters: row_limit.
-- Caller: cmms.figures.machines.
SELECT e.id, e.equipment_number
FROM equipment_running_times r JOIN equipment e ON e.id = r.equipment_id
WHERE r.date = (SELECT MAX(date) FROM equipment_running_times)
ORDER BY r.running_hours DESC, e.equipment_number LIMIT %(row_limit)s
