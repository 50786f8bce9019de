-- Purpose: a component is removed. Parameters: id, to_date. Caller: cmms.maintenance.meters.change_installations.
UPDATE installations SET to_date = %(to_date)s, updated_at = UTC_TIMESTAMP(3) WHERE id = %(id)s
