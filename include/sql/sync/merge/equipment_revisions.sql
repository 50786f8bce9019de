-- Stream: equipment.
-- Purpose: keep what an update is about to replace.
-- Parameters: sync_log_id, changed_by. Caller: cmms.sync.merge.merge_equipment.
INSERT INTO equipment_revisions (equipment_id, before_json, sync_log_id, changed_by)
SELECT t.id,
  JSON_OBJECT(
    'plant_id', t.plant_id, 'equipment_group_id', t.equipment_group_id, {before}),
  %(sync_log_id)s, %(changed_by)s
FROM merge_changes c
JOIN equipment t ON t.id = c.target_id
WHERE c.outcome = 'update'
ORDER BY c.equipment_number
