-- Purpose: counter on the newest day, and the hours of the days before, of machines whose newest reading is of the same day.
--   Bounds that are the same for all of them make it a range of the index, however long the history is.
-- Parameters: ids, newest, days. Caller: cmms.maintenance.meters.read_life.
SELECT equipment_id, MIN(date) AS first_day, SUM(running_hours) AS total_hours,
  MAX(CASE WHEN date = %(newest)s THEN cumulative_hours END) AS counter
FROM equipment_running_times FORCE INDEX (uk_running_times_equipment_date)
WHERE equipment_id IN %(ids)s AND date > %(newest)s - INTERVAL %(days)s DAY AND date <= %(newest)s
GROUP BY equipment_id
