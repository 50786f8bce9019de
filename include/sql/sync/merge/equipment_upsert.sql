-- Stream: equipment.
-- Purpose: store the new and changed machines. The source owns its fields; is_active, notes and a manual group stay.
-- Parameters: group_source. Caller: cmms.sync.merge.merge_equipment. {stage} is the checked table name.
INSERT INTO equipment
  (equipment_number, plant_id, equipment_group_id, {columns}, group_source)
SELECT s.equipment_number, s.plant_id, g.id, {staged}, %(group_source)s
FROM merge_changes c
JOIN {stage} s ON s.equipment_number = c.equipment_number
LEFT JOIN equipment_groups g ON g.name = s.group_name
WHERE c.outcome IN ('insert', 'update')
ORDER BY s.equipment_number
ON DUPLICATE KEY UPDATE
  plant_id = s.plant_id,
  equipment_group_id = IF(equipment.group_source = 'manual', equipment.equipment_group_id, g.id),
  group_source = IF(equipment.group_source = 'manual', 'manual', %(group_source)s),
  {assignments},
  row_version = equipment.row_version + 1, updated_at = UTC_TIMESTAMP(3)
