-- Purpose: how a machine is: its state, newest reading, its next due schedule (worst state, then least
--   predicted date), open rejected records, and who has switched it on or off last. Parameters: id, id_text.
-- Caller: cmms.figures.one_machine.
SELECT e.id, e.is_active, e.inactive_reason, e.missing_since, e.row_version, e.equipment_number,
  m.state, m.hours_to_go, m.days_to_go, m.predicted_date, p.id AS plan_id, p.name AS plan_name, p.interval_hours,
  p.interval_days,
  r.date AS reading_date, r.quality, r.cumulative_hours + COALESCE((
    SELECT g.offset_hours FROM measuring_points o
    JOIN meter_segments g ON g.point_id = o.id
    WHERE o.equipment_id = e.id AND o.primary_flag = 1 AND g.from_date <= r.date
    ORDER BY g.from_date DESC
    LIMIT 1), 0)
    - COALESCE(e.serviced_at_hours, 0) AS since_service,
  (SELECT MAX(d.date) FROM equipment_running_times d) AS newest_date,
  (SELECT COUNT(*) FROM sync_record_errors x WHERE x.equipment_number = e.equipment_number AND x.open_flag = 1) AS open_errors,
  (SELECT MAX(a.id) FROM audit_log a
   WHERE a.entity = 'equipment' AND a.entity_id = %(id_text)s AND a.action IN ('activate', 'deactivate')) AS switch_id
FROM equipment e
LEFT JOIN equipment_maintenance m ON m.id = (
  SELECT f.id FROM equipment_maintenance f WHERE f.equipment_id = e.id
  ORDER BY FIELD(f.state, 'overdue', 'due', 'upcoming', 'no_reading', 'ok', 'suspended'), f.predicted_date IS NULL,
    f.predicted_date, f.id LIMIT 1)
LEFT JOIN maintenance_plans p ON p.id = m.plan_id
LEFT JOIN equipment_running_times r
  ON r.equipment_id = e.id AND r.date = (SELECT MAX(m.date) FROM equipment_running_times m WHERE m.equipment_id = e.id)
WHERE e.id = %(id)s
