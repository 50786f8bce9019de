-- Purpose: the plans of a group, with what they ask of how many machines now. Parameters: id. Caller: cmms.figures.maintenance.
SELECT p.id, p.name, p.is_active, p.interval_hours, p.interval_days,
  COALESCE(SUM(m.state <> 'suspended'), 0) AS machines, COALESCE(SUM(m.state = 'overdue'), 0) AS overdue,
  COALESCE(SUM(m.state = 'due'), 0) AS due, COALESCE(SUM(m.state = 'upcoming'), 0) AS upcoming
FROM maintenance_plans p
LEFT JOIN equipment_maintenance m ON m.plan_id = p.id
WHERE p.scope = 'group' AND p.equipment_group_id = %(id)s
GROUP BY p.id, p.name, p.is_active, p.interval_hours, p.interval_days ORDER BY p.name
