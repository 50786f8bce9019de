-- Purpose: readings that count (not void, nor doubtful and undecided) of some machines in the newest days of all readings. Parameters: ids, days.
-- Caller: cmms.figures.running_hours.
SELECT r.equipment_id, r.date AS day, r.running_hours FROM equipment_running_times r
WHERE r.equipment_id IN %(ids)s AND r.date > (SELECT MAX(date) FROM equipment_running_times) - INTERVAL %(days)s DAY
  AND NOT EXISTS (SELECT 1 FROM reading_voids v WHERE v.equipment_id = r.equipment_id AND v.date = r.date AND v.void_flag = 1)
  AND NOT EXISTS (SELECT 1 FROM doubtful_readings d
    WHERE d.equipment_id = r.equipment_id AND d.date = r.date AND d.state = 'open')
ORDER BY r.date
