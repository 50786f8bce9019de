-- Purpose: how many active machines have an open rejected reading, by plant and day.
-- Parameters: streams (of readings), first_day, last_day. Caller: cmms.figures.read_gaps.
SELECT p.plant_code, x.reading_date AS date, COUNT(DISTINCT e.id) AS rejected
FROM sync_record_errors x
JOIN equipment e ON e.equipment_number = x.equipment_number
JOIN plants p ON p.id = e.plant_id
WHERE x.open_flag = 1 AND x.stream IN %(streams)s AND x.reading_date BETWEEN %(first_day)s AND %(last_day)s
  AND e.is_active = 1
GROUP BY p.plant_code, x.reading_date
