-- Purpose: what is due and not ordered yet, most urgent first. Parameters: by_priority, row_limit.
-- Caller: cmms.figures.work. The ratio: by how much of its interval a schedule is over.
SELECT d.id, m.state, m.cause, m.hours_to_go, m.days_to_go, m.predicted_date,
  n.name AS plan_name, n.priority, e.id AS equipment_id, e.equipment_number, COUNT(*) OVER () AS total
FROM maintenance_dues d
JOIN equipment_maintenance m ON m.id = d.equipment_maintenance_id
JOIN maintenance_plans n ON n.id = m.plan_id
JOIN equipment e ON e.id = m.equipment_id
WHERE d.state = 'open'
ORDER BY IF(%(by_priority)s, n.priority, 0), IF(%(by_priority)s, 0, m.state <> 'overdue'),
  IF(%(by_priority)s, LEAST(COALESCE(m.hours_to_go / n.interval_hours, 0), COALESCE(m.days_to_go / n.interval_days, 0)), 0),
  COALESCE(m.predicted_date, m.next_due_date, d.due_date, d.detected_on), d.id
LIMIT %(row_limit)s
