-- Purpose: the day of the newest trusted reading of machines that have some which are not trusted; no row without one.
-- Parameters: ids (of machines). Caller: cmms.maintenance.meters.read_life.
SELECT e.equipment_id, e.newest
FROM (
  SELECT q.id AS equipment_id,
    (SELECT r.date FROM equipment_running_times r
     WHERE r.equipment_id = q.id
       AND NOT EXISTS (SELECT 1 FROM reading_voids v
                       WHERE v.equipment_id = r.equipment_id AND v.date = r.date AND v.void_flag = 1)
       AND NOT EXISTS (SELECT 1 FROM doubtful_readings d
                       WHERE d.equipment_id = r.equipment_id AND d.date = r.date AND d.state = 'open')
     ORDER BY r.date DESC LIMIT 1) AS newest
  FROM equipment q
  WHERE q.id IN %(ids)s
) e
WHERE e.newest IS NOT NULL
