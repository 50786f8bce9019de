-- Purpose: how many active machines have a reading, by plant and day; a reading of 0 hours is one.
-- Parameters: first_day, last_day. Caller: cmms.views.read_gaps.
SELECT p.plant_code, r.date, COUNT(*) AS readings
FROM equipment_running_times r
JOIN equipment e ON e.id = r.equipment_id
JOIN plants p ON p.id = e.plant_id
WHERE r.date BETWEEN %(first_day)s AND %(last_day)s AND e.is_active = 1
GROUP BY p.plant_code, r.date
