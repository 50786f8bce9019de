-- Purpose: the newest reading before a day of the listed machines, those without one on the newest day; trusted or not.
-- Parameters: day, equipment_ids. Caller: cmms.sync.validate.load_reference.
SELECT r.equipment_id, CAST(r.cumulative_hours * 1000 AS SIGNED) AS previous_hours, r.date AS previous_date
FROM (
  SELECT equipment_id, MAX(date) AS date
  FROM equipment_running_times
  WHERE equipment_id IN %(equipment_ids)s AND date < %(day)s
  GROUP BY equipment_id
) newest
JOIN equipment_running_times r ON r.equipment_id = newest.equipment_id AND r.date = newest.date
