-- Purpose: the newest trusted reading before a day of the listed machines: neither void nor doubtful.
--   For each machine the index is read backwards until the first one.
-- Parameters: day, equipment_ids.
-- Callers: cmms.sync.validate.load_reference, cmms.sync.validate.load_record_reference, cmms.sync.merge.judge_machines.
SELECT r.equipment_id, CAST(r.cumulative_hours * 1000 AS SIGNED) AS previous_hours, r.date AS previous_date
FROM (
  SELECT e.id AS equipment_id, (
    SELECT x.date
    FROM equipment_running_times x
    WHERE x.equipment_id = e.id AND x.date < %(day)s
      AND NOT EXISTS (SELECT 1 FROM doubtful_readings d
        WHERE d.equipment_id = x.equipment_id AND d.date = x.date AND d.state = 'open')
      AND NOT EXISTS (SELECT 1 FROM reading_voids v
        WHERE v.equipment_id = x.equipment_id AND v.date = x.date AND v.void_flag = 1)
    ORDER BY x.date DESC
    LIMIT 1) AS date
  FROM equipment e
  WHERE e.id IN %(equipment_ids)s
) newest
JOIN equipment_running_times r ON r.equipment_id = newest.equipment_id AND r.date = newest.date
