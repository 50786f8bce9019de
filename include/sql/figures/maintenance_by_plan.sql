-- Purpose: active plans, and how many of their machines are overdue, due and soon due, as of the last evaluation.
-- Caller: cmms.figures.maintenance.
SELECT p.id, p.name, p.interval_hours, p.interval_days, COALESCE(c.machines, 0) AS machines,
  COALESCE(c.overdue, 0) AS overdue, COALESCE(c.due, 0) AS due, COALESCE(c.upcoming, 0) AS upcoming
FROM maintenance_plans p
LEFT JOIN (
  SELECT plan_id, SUM(machines * (state <> 'suspended')) AS machines, SUM(machines * (state = 'overdue')) AS overdue,
    SUM(machines * (state = 'due')) AS due, SUM(machines * (state = 'upcoming')) AS upcoming
  FROM (SELECT m.plan_id, m.state, COUNT(*) AS machines FROM equipment_maintenance m GROUP BY m.plan_id, m.state) s
  GROUP BY plan_id
) c ON c.plan_id = p.id
WHERE p.is_active = 1
ORDER BY overdue DESC, due DESC, p.name
