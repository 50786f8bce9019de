-- Purpose: readings whose marks differ from what the reading before gives (see flag_following_days.chain_codes, which has
--   the last word), whose quality and codes disagree, or whose counter is lower than the hours of its own day.
--   growth and running_hours in thousandths.
-- Parameters: after, until (machine ids), strict, tolerance (thousandths). Caller: cmms.sync.verify_chains.
SELECT r.id, r.equipment_id, r.date, r.previous_date, r.quality, r.quality_code,
  CAST(r.running_hours * 1000 AS SIGNED) AS running_hours, CAST(r.growth * 1000 AS SIGNED) AS growth,
  c.id IS NOT NULL AS is_accepted, r.cumulative_hours < r.running_hours AS is_below_daily
FROM (
  SELECT id, equipment_id, date, quality, quality_code, running_hours, cumulative_hours,
    LAG(date) OVER machine AS previous_date,
    cumulative_hours - LAG(cumulative_hours) OVER machine AS growth
  FROM equipment_running_times FORCE INDEX (uk_running_times_equipment_date)
  WHERE equipment_id > %(after)s AND equipment_id <= %(until)s
  WINDOW machine AS (PARTITION BY equipment_id ORDER BY date)
) r
LEFT JOIN counter_events c ON c.equipment_id = r.equipment_id AND c.date = r.date
WHERE r.cumulative_hours < r.running_hours
  OR (r.quality = 'warning') <> (r.quality_code IS NOT NULL)
  OR COALESCE(FIND_IN_SET('COUNTER_DECREASED', r.quality_code) > 0, 0)
    <> COALESCE(c.id IS NULL AND r.growth < 0, 0)
  OR COALESCE(FIND_IN_SET('COUNTER_NOT_ADVANCED', r.quality_code) > 0, 0)
    <> COALESCE(c.id IS NULL AND r.growth = 0 AND (r.running_hours > 0 OR %(strict)s), 0)
  OR COALESCE(FIND_IN_SET('HOURS_MISMATCH', r.quality_code) > 0, 0)
    <> COALESCE(c.id IS NULL AND r.previous_date = r.date - INTERVAL 1 DAY
        AND ABS(r.growth - r.running_hours) * 1000 > %(tolerance)s, 0)
