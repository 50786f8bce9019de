-- Purpose: from this day on the counter counts anew. old_final and new_initial are what a person has stated, or NULL.
-- Parameters: equipment_id, from_date, kind, old_final, new_initial, counter_before, reason, user.
-- Caller: cmms.sync.accept_counters.
INSERT INTO meter_segments (point_id, from_date, kind, old_final, new_initial, counter_before, reason, created_by)
SELECT p.id, %(from_date)s, %(kind)s, %(old_final)s, %(new_initial)s, %(counter_before)s, %(reason)s, %(user)s
FROM measuring_points p
WHERE p.equipment_id = %(equipment_id)s AND p.primary_flag = 1
ON DUPLICATE KEY UPDATE kind = VALUES(kind), old_final = VALUES(old_final), new_initial = VALUES(new_initial),
  counter_before = VALUES(counter_before), reason = VALUES(reason), created_by = VALUES(created_by),
  row_version = meter_segments.row_version + 1, updated_at = UTC_TIMESTAMP(3)
