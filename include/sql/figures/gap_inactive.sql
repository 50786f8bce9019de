-- Purpose: how many of those readings are of machines that are not active now. Parameters: first_day, last_day.
-- Caller: cmms.figures.read_gaps.
SELECT p.plant_code, r.date, COUNT(*) AS readings
FROM equipment e
JOIN equipment_running_times r ON r.equipment_id = e.id AND r.date BETWEEN %(first_day)s AND %(last_day)s
JOIN plants p ON p.id = r.plant_id
WHERE e.is_active = 0
GROUP BY p.plant_code, r.date
