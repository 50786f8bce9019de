-- Purpose: as readings_until, of machines with readings that are not trusted: those are left out.
-- Parameters: ids, newest, days. Caller: cmms.maintenance.meters.read_life.
SELECT r.equipment_id, MIN(r.date) AS first_day, SUM(r.running_hours) AS total_hours,
  MAX(CASE WHEN r.date = %(newest)s THEN r.cumulative_hours END) AS counter
FROM equipment_running_times r FORCE INDEX (uk_running_times_equipment_date)
WHERE r.equipment_id IN %(ids)s AND r.date > %(newest)s - INTERVAL %(days)s DAY AND r.date <= %(newest)s
  AND NOT EXISTS (SELECT 1 FROM reading_voids v
                  WHERE v.equipment_id = r.equipment_id AND v.date = r.date AND v.void_flag = 1)
  AND NOT EXISTS (SELECT 1 FROM doubtful_readings d
                  WHERE d.equipment_id = r.equipment_id AND d.date = r.date AND d.state = 'open')
GROUP BY r.equipment_id
