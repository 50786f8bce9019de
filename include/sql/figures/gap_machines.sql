-- Purpose: the active machines of a plant that lack most readings; machines_with_gaps counts all of them.
-- Parameters: plant_code, first_day, last_day, days, row_limit. Caller: cmms.figures.read_gaps.
SELECT e.id, e.equipment_number, e.equipment_description, %(days)s - COUNT(r.id) AS missing,
  COUNT(*) OVER () AS machines_with_gaps
FROM equipment e
JOIN plants p ON p.id = e.plant_id
LEFT JOIN equipment_running_times r ON r.equipment_id = e.id AND r.date BETWEEN %(first_day)s AND %(last_day)s
WHERE p.plant_code = %(plant_code)s AND e.is_active = 1
GROUP BY e.id, e.equipment_number, e.equipment_description
HAVING COUNT(r.id) < %(days)s
ORDER BY missing DESC, e.equipment_number
LIMIT %(row_limit)s
