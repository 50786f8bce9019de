-- Purpose: a meter change is corrected. Parameters: id, from_date, kind, old_final, new_initial, reason.
-- Caller: cmms.maintenance.meters.change_meter.
UPDATE meter_segments
SET from_date = %(from_date)s, kind = %(kind)s, old_final = %(old_final)s, new_initial = %(new_initial)s,
  reason = %(reason)s, row_version = row_version + 1, updated_at = UTC_TIMESTAMP(3)
WHERE id = %(id)s
