-- Purpose: every active machine with what is wrong with it and its next due schedule, at most 5,000.
-- Caller: cmms.figures.health.
SELECT e.id, e.equipment_number, p.plant_code,
  CASE
    WHEN EXISTS (SELECT 1 FROM sync_record_errors x WHERE x.equipment_number = e.equipment_number AND x.open_flag = 1)
      THEN 'bad'
    WHEN e.missing_since IS NOT NULL THEN 'warn'
    WHEN r.id IS NULL THEN 'idle'
    WHEN r.quality = 'warning' THEN 'warn'
    ELSE 'good'
  END AS health,
  r.cumulative_hours + COALESCE((
    SELECT g.offset_hours FROM measuring_points o
    JOIN meter_segments g ON g.point_id = o.id
    WHERE o.equipment_id = e.id AND o.primary_flag = 1 AND g.from_date <= r.date
    ORDER BY g.from_date DESC
    LIMIT 1), 0)
    - COALESCE(e.serviced_at_hours, 0) AS since_service, m.hours_to_go, m.days_to_go,
  q.name AS plan_name, q.interval_hours, q.interval_days
FROM equipment e
JOIN plants p ON p.id = e.plant_id
LEFT JOIN equipment_maintenance m ON m.id = (
  SELECT f.id FROM equipment_maintenance f WHERE f.equipment_id = e.id
  ORDER BY FIELD(f.state, 'overdue', 'due', 'upcoming', 'no_reading', 'ok', 'suspended'), f.predicted_date IS NULL,
    f.predicted_date, f.id LIMIT 1)
LEFT JOIN maintenance_plans q ON q.id = m.plan_id
LEFT JOIN equipment_running_times r
  ON r.equipment_id = e.id AND r.date = (SELECT MAX(date) FROM equipment_running_times)
WHERE e.is_active = 1
ORDER BY p.plant_code, e.equipment_number
LIMIT 5000
