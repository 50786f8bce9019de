-- Purpose: active machines that an active plan concerns by its scope, and that have no schedule of it yet.
-- Parameters: ids. Caller: cmms.maintenance.evaluate_maintenance.
SELECT e.id AS equipment_id, p.id AS plan_id
FROM equipment e
JOIN maintenance_plans p ON p.is_active = 1
  AND (p.scope = 'all' OR (p.scope = 'group' AND p.equipment_group_id = e.equipment_group_id)
    OR (p.scope = 'plant' AND p.plant_id = e.plant_id))
LEFT JOIN equipment_maintenance m ON m.equipment_id = e.id AND m.plan_id = p.id
WHERE e.id IN %(ids)s AND e.is_active = 1 AND m.id IS NULL
ORDER BY e.id, p.id
