-- Purpose: a meter change did not happen; the audit log holds what it was. Parameters: id.
-- Caller: cmms.maintenance.meters.change_meter.
DELETE FROM meter_segments WHERE id = %(id)s
