-- Purpose: readings of a day whose marks differ from what the reading of the stored day before gives
--   (chain_marks.chain_codes has the last word), whose quality and codes disagree, or whose counter is lower than the
--   hours of its own day without a meter change or has grown by more than is allowed. growth and running_hours in thousandths.
--   Day by day, because readings of a day lie together: 10 million rows in machine order would be 10 million page reads.
-- Parameters: day, previous_day, strict, tolerance, allowed (thousandths). Caller: cmms.operations.verify.verify_chains.
SELECT r.id, r.equipment_id, r.date, p.date AS previous_date, r.quality, r.quality_code,
  CAST(r.running_hours * 1000 AS SIGNED) AS running_hours,
  CAST((r.cumulative_hours - p.cumulative_hours) * 1000 AS SIGNED) AS growth,
  c.id IS NOT NULL AS is_accepted,
  c.id IS NULL AND r.cumulative_hours < r.running_hours AS is_below_daily
FROM equipment_running_times r FORCE INDEX (ix_running_times_date)
JOIN equipment_running_times p FORCE INDEX (ix_running_times_date)
  ON p.date = %(previous_day)s AND p.equipment_id = r.equipment_id
LEFT JOIN measuring_points m ON m.equipment_id = r.equipment_id AND m.primary_flag = 1
LEFT JOIN meter_segments c ON c.point_id = m.id AND c.from_date = r.date
WHERE r.date = %(day)s
  AND ((c.id IS NULL AND r.cumulative_hours < r.running_hours)
    OR (r.quality = 'warning') <> (r.quality_code IS NOT NULL)
    OR COALESCE(FIND_IN_SET('COUNTER_DECREASED', r.quality_code) > 0, 0)
      <> (c.id IS NULL AND r.cumulative_hours < p.cumulative_hours)
    OR COALESCE(FIND_IN_SET('COUNTER_NOT_ADVANCED', r.quality_code) > 0, 0)
      <> (c.id IS NULL AND r.cumulative_hours = p.cumulative_hours AND (r.running_hours > 0 OR %(strict)s))
    OR COALESCE(FIND_IN_SET('HOURS_MISMATCH', r.quality_code) > 0, 0)
      <> (c.id IS NULL AND p.date = r.date - INTERVAL 1 DAY
        AND ABS(r.cumulative_hours - p.cumulative_hours - r.running_hours) * 1000 > %(tolerance)s)
    OR (c.id IS NULL AND (r.cumulative_hours - p.cumulative_hours) * 1000 > %(allowed)s))
