-- Purpose: the next period has begun. Parameters: id, to_date. Caller: cmms.maintenance.meters.change_availability.
UPDATE equipment_availability SET to_date = %(to_date)s, updated_at = UTC_TIMESTAMP(3) WHERE id = %(id)s
