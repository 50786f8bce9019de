-- Purpose: running hours of all machines by day. Parameters: days. Caller: cmms.figures.running_hours.
SELECT date AS day, COUNT(*) AS machines, SUM(running_hours) AS hours, SUM(running_hours > 0) AS running
FROM equipment_running_times
WHERE date > (SELECT MAX(date) FROM equipment_running_times) - INTERVAL %(days)s DAY
GROUP BY date ORDER BY date
