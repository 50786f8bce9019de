-- Purpose: readings of some machines in the newest days of all readings. Parameters: ids, days.
-- Caller: cmms.figures.running_hours.
SELECT equipment_id, date AS day, running_hours FROM equipment_running_times
WHERE equipment_id IN %(ids)s AND date > (SELECT MAX(date) FROM equipment_running_times) - INTERVAL %(days)s DAY
ORDER BY date
