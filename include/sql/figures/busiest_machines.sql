-- Purpose: the machines that have run most on the newest day, by readings that count. Parameters: row_limit.
-- Caller: cmms.figures.machines.
SELECT e.id, e.equipment_number
FROM equipment_running_times r JOIN equipment e ON e.id = r.equipment_id
WHERE r.date = (SELECT MAX(date) FROM equipment_running_times)
  AND r.equipment_id NOT IN (SELECT v.equipment_id FROM reading_voids v
    WHERE v.void_flag = 1 AND v.date = (SELECT MAX(date) FROM equipment_running_times))
  AND r.equipment_id NOT IN (SELECT d.equipment_id FROM doubtful_readings d
    WHERE d.state = 'open' AND d.date = (SELECT MAX(date) FROM equipment_running_times))
ORDER BY r.running_hours DESC, e.equipment_number LIMIT %(row_limit)s
