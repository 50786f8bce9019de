-- Purpose: a meter change that a person declares. Parameters: point_id, from_date, kind, old_final, new_initial, reason, user.
-- Caller: cmms.maintenance.meters.change_meter.
INSERT INTO meter_segments (point_id, from_date, kind, old_final, new_initial, reason, created_by)
VALUES (%(point_id)s, %(from_date)s, %(kind)s, %(old_final)s, %(new_initial)s, %(reason)s, %(user)s)
