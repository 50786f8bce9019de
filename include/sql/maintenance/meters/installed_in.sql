-- Purpose: whether a machine is installed in another one now. Parameters: child_id, parent_id.
-- Caller: cmms.maintenance.meters.change_installations.
SELECT id FROM installations WHERE child_id = %(child_id)s AND parent_id = %(parent_id)s AND to_date IS NULL
