-- Purpose: hours by day of active machines of the same group (or without one), at most so many, itself not among them.
--   Readings that are void, or doubtful and not decided, do not count.
-- Parameters: id, days, machines. Caller: cmms.figures.running_hours.
SELECT r.date AS day, AVG(r.running_hours) AS running_hours, COUNT(*) AS machines
FROM (
  SELECT o.id FROM equipment o
  WHERE o.equipment_group_id <=> (SELECT e.equipment_group_id FROM equipment e WHERE e.id = %(id)s)
    AND o.is_active = 1 AND o.id <> %(id)s
  ORDER BY o.id LIMIT %(machines)s
) others
JOIN equipment_running_times r ON r.equipment_id = others.id
WHERE r.date > (SELECT MAX(date) FROM equipment_running_times) - INTERVAL %(days)s DAY
  AND NOT EXISTS (SELECT 1 FROM reading_voids v WHERE v.equipment_id = r.equipment_id AND v.date = r.date AND v.void_flag = 1)
  AND NOT EXISTS (SELECT 1 FROM doubtful_readings d
    WHERE d.equipment_id = r.equipment_id AND d.date = r.date AND d.state = 'open')
GROUP BY r.date ORDER BY r.date
