-- Purpose: a trusted reading that has more hours than its counter shows. Parameters: equipment_id, day.
-- Caller: cmms.maintenance.meters.change_meter.
SELECT r.id FROM equipment_running_times r
WHERE r.equipment_id = %(equipment_id)s AND r.date = %(day)s AND r.cumulative_hours < r.running_hours
  AND NOT EXISTS (SELECT 1 FROM reading_voids v
                  WHERE v.equipment_id = r.equipment_id AND v.date = r.date AND v.void_flag = 1)
