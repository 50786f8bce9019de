-- Purpose: a meter change on the day of a doubtful reading explains it. Parameters: equipment_id, day.
-- Caller: cmms.maintenance.meters.mark_reading.
UPDATE doubtful_readings d
JOIN measuring_points p ON p.equipment_id = d.equipment_id AND p.primary_flag = 1
JOIN meter_segments s ON s.point_id = p.id AND s.from_date = d.date
SET d.state = 'meter_change', d.reason = s.reason, d.decided_by = s.created_by, d.decided_at = UTC_TIMESTAMP(3),
  d.row_version = d.row_version + 1, d.updated_at = UTC_TIMESTAMP(3)
WHERE d.equipment_id = %(equipment_id)s AND d.date = %(day)s AND d.state = 'open'
