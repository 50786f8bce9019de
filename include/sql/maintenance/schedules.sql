-- Purpose: all that the evaluation of these machines needs, but readings. "covered": the plan's scope, or a person,
--   wants it. Parameters: ids. Caller: cmms.maintenance.evaluate_maintenance.
SELECT m.id, m.equipment_id, m.plan_id, m.baseline_hours, m.baseline_date, m.first_due_date, m.next_due_hours,
  m.next_due_date, m.hours_to_go, m.days_to_go, m.hours_a_day, m.predicted_date, m.state, m.cause, m.evaluated_on,
  p.name AS plan_name, p.interval_hours, p.interval_days, p.schedule_mode, p.start_from, p.lead_hours, p.lead_days,
  p.tolerance_hours, p.tolerance_days, e.equipment_number, e.serviced_at_hours,
  p.is_active = 1 AND e.is_active = 1 AS is_wanted,
  m.assigned_by = 'person' OR m.first_due_date IS NOT NULL OR p.scope = 'all'
    OR (p.scope = 'group' AND p.equipment_group_id <=> e.equipment_group_id)
    OR (p.scope = 'plant' AND p.plant_id = e.plant_id) AS is_covered,
  d.id AS due_id, d.state AS due_state, d.due_hours, d.due_date, d.occurrence_no, d.open_flag
FROM equipment_maintenance m
JOIN maintenance_plans p ON p.id = m.plan_id
JOIN equipment e ON e.id = m.equipment_id
LEFT JOIN maintenance_dues d ON d.equipment_maintenance_id = m.id
  AND d.occurrence_no = (SELECT MAX(l.occurrence_no) FROM maintenance_dues l WHERE l.equipment_maintenance_id = m.id)
WHERE m.equipment_id IN %(ids)s
ORDER BY m.id
