-- Purpose: readings of a machine in the newest days of all readings. Parameters: id, days.
-- Caller: cmms.figures.running_hours.
SELECT date AS day, running_hours, cumulative_hours, quality, quality_code
FROM equipment_running_times
WHERE equipment_id = %(id)s AND date > (SELECT MAX(date) FROM equipment_running_times) - INTERVAL %(days)s DAY
ORDER BY date
