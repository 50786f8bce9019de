-- Purpose: the first rollover that is declared says where the counter rolls over. Parameters: id, overflow_value.
-- Caller: cmms.maintenance.meters.change_meter.
UPDATE measuring_points SET overflow_value = %(overflow_value)s, row_version = row_version + 1, updated_at = UTC_TIMESTAMP(3)
WHERE id = %(id)s
