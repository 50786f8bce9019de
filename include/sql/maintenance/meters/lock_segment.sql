-- Purpose: a meter change that is about to be corrected or withdrawn. Parameters: id.
-- Caller: cmms.maintenance.meters.change_meter.
SELECT id, point_id, from_date, kind, old_final, new_initial, reason, created_by, row_version
FROM meter_segments WHERE id = %(id)s FOR UPDATE
