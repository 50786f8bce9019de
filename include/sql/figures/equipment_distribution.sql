-- Purpose: machines by plant, by group and by status; the rows of each kind add up to all machines.
--   kind is the column of the list, value what it holds. Parameters: unclassified (the
--   group of a machine that has none). Caller: cmms.figures.machines.
SELECT 'plant_code' AS kind, p.plant_code AS value, COUNT(*) AS machines
FROM equipment e JOIN plants p ON p.id = e.plant_id GROUP BY p.plant_code
UNION ALL
SELECT 'group_name', COALESCE(g.name, %(unclassified)s) AS value, COUNT(*)
FROM equipment e LEFT JOIN equipment_groups g ON g.id = e.equipment_group_id GROUP BY value
UNION ALL
SELECT 'status', IF(e.is_active = 0, 'inactive', IF(e.missing_since IS NOT NULL, 'missing', 'active')) AS value, COUNT(*)
FROM equipment e GROUP BY value
ORDER BY kind, machines DESC, value
