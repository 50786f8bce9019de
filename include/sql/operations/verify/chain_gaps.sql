-- Purpose: all readings of a day whose machine has none on the stored day before: its newest earlier one is looked up.
--   The same columns as chain.sql; growth is NULL for a machine's first reading.
-- Parameters: day, previous_day (NULL: there is no day before). Caller: cmms.operations.verify.verify_chains.
SELECT r.id, r.equipment_id, r.date, g.date AS previous_date, r.quality, r.quality_code,
  CAST(r.running_hours * 1000 AS SIGNED) AS running_hours,
  CAST((r.cumulative_hours - g.cumulative_hours) * 1000 AS SIGNED) AS growth,
  c.id IS NOT NULL AS is_accepted,
  c.id IS NULL AND r.cumulative_hours < r.running_hours AS is_below_daily
FROM (
  SELECT n.id, n.equipment_id,
    (SELECT MAX(x.date) FROM equipment_running_times x
     WHERE x.equipment_id = n.equipment_id AND x.date < %(day)s) AS earlier
  FROM equipment_running_times n FORCE INDEX (ix_running_times_date)
  LEFT JOIN equipment_running_times p FORCE INDEX (ix_running_times_date)
    ON p.date = %(previous_day)s AND p.equipment_id = n.equipment_id
  WHERE n.date = %(day)s AND p.id IS NULL
) gap
JOIN equipment_running_times r ON r.id = gap.id
LEFT JOIN equipment_running_times g ON g.equipment_id = gap.equipment_id AND g.date = gap.earlier
LEFT JOIN measuring_points m ON m.equipment_id = r.equipment_id AND m.primary_flag = 1
LEFT JOIN meter_segments c ON c.point_id = m.id AND c.from_date = r.date
