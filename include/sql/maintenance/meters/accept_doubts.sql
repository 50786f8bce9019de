-- Purpose: doubtful readings are right, with the counter that they have now.
-- Parameters: ids (of equipment_running_times), reason, user. Caller: cmms.maintenance.meters.decide_readings.
UPDATE doubtful_readings d
JOIN equipment_running_times r ON r.equipment_id = d.equipment_id AND r.date = d.date
SET d.state = 'accepted', d.counter = r.cumulative_hours, d.reason = %(reason)s, d.decided_by = %(user)s,
  d.decided_at = UTC_TIMESTAMP(3), d.row_version = d.row_version + 1, d.updated_at = UTC_TIMESTAMP(3)
WHERE r.id IN %(ids)s
