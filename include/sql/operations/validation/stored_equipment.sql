-- Stream: equipment.
-- Purpose: machines as a snapshot would deliver them. Parameters: all_ids, ids. Caller: cmms.operations.validate_stored.
SELECT t.id AS own_id, p.plant_code, t.equipment_number, {read},
  IF(t.group_source = 'source', g.name, NULL) AS equipment_group
FROM equipment t
JOIN plants p ON p.id = t.plant_id
LEFT JOIN equipment_groups g ON g.id = t.equipment_group_id
WHERE %(all_ids)s OR t.id IN %(ids)s
