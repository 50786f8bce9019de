-- Purpose: the maintenance interval starts again at this counter. Caller: cmms.maintenance.change_work_orders.
UPDATE equipment SET serviced_at_hours = %(serviced_at_hours)s, row_version = row_version + 1, updated_at = UTC_TIMESTAMP(3)
WHERE id = %(id)s
