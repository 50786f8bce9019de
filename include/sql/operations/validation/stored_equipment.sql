-- Purpose: machines as a snapshot would deliver them. Parameters: all_ids, ids. Caller: cmms.operations.validate_stored.
SELECT e.id AS own_id, p.plant_code, e.equipment_number, e.company_code, e.equipment_description, e.object_number, e.point,
  e.api_created_at, IF(e.group_source = 'source', g.name, NULL) AS equipment_group
FROM equipment e
JOIN plants p ON p.id = e.plant_id
LEFT JOIN equipment_groups g ON g.id = e.equipment_group_id
WHERE %(all_ids)s OR e.id IN %(ids)s
