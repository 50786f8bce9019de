-- Purpose: a machine is in this state for some days, or from a day on. Parameters: equipment_id, from_date, to_date, kind,
--   reason, user. Caller: cmms.maintenance.meters.change_availability.
INSERT INTO equipment_availability (equipment_id, from_date, to_date, kind, reason, noted_by)
VALUES (%(equipment_id)s, %(from_date)s, %(to_date)s, %(kind)s, %(reason)s, %(user)s)
