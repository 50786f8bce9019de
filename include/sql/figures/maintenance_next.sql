-- Purpose: the machines due next: those overdue, due and soon due, of each state those that come first by the day that
--   is predicted, those without a prediction by their hours to go. Parameters: row_limit. Caller: cmms.figures.maintenance.
SELECT e.id, e.equipment_number, p.name AS plan_name, n.state, n.cause, n.hours_to_go, n.days_to_go, n.predicted_date
FROM (
  (SELECT m.* FROM equipment_maintenance m WHERE m.state = 'overdue'
   ORDER BY m.predicted_date IS NULL, m.predicted_date, m.hours_to_go, m.id LIMIT %(row_limit)s)
  UNION ALL
  (SELECT m.* FROM equipment_maintenance m WHERE m.state = 'due'
   ORDER BY m.predicted_date IS NULL, m.predicted_date, m.hours_to_go, m.id LIMIT %(row_limit)s)
  UNION ALL
  (SELECT m.* FROM equipment_maintenance m WHERE m.state = 'upcoming'
   ORDER BY m.predicted_date IS NULL, m.predicted_date, m.hours_to_go, m.id LIMIT %(row_limit)s)
) n
JOIN equipment e ON e.id = n.equipment_id
JOIN maintenance_plans p ON p.id = n.plan_id
ORDER BY FIELD(n.state, 'overdue', 'due', 'upcoming'), n.predicted_date IS NULL, n.predicted_date, n.hours_to_go, n.id
