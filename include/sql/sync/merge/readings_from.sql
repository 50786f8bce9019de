-- Purpose: readings of machines from a day on, with marks, what was found doubtful and what people have decided; hours in
--   thousandths.
-- Parameters: equipment_ids, since. Callers: cmms.sync.merge.judge_machines, cmms.operations.verify.verify_doubts.
SELECT r.id, r.equipment_id, r.date, r.quality_code,
  CAST(r.cumulative_hours * 1000 AS SIGNED) AS counter,
  CAST(r.running_hours * 1000 AS SIGNED) AS running_hours,
  v.id IS NOT NULL AS is_void,
  EXISTS (
    SELECT 1 FROM measuring_points p
    JOIN meter_segments s ON s.point_id = p.id AND s.from_date = r.date
    WHERE p.equipment_id = r.equipment_id AND p.primary_flag = 1) AS is_accepted,
  d.id AS doubt_id, d.state, d.code, d.previous_date,
  CAST(d.counter * 1000 AS SIGNED) AS doubted_counter,
  CAST(d.growth_hours * 1000 AS SIGNED) AS growth,
  CAST(d.allowed_hours * 1000 AS SIGNED) AS allowed
FROM equipment_running_times r
LEFT JOIN reading_voids v ON v.equipment_id = r.equipment_id AND v.date = r.date AND v.void_flag = 1
LEFT JOIN doubtful_readings d ON d.equipment_id = r.equipment_id AND d.date = r.date
WHERE r.equipment_id IN %(equipment_ids)s AND r.date >= %(since)s
ORDER BY r.equipment_id, r.date
