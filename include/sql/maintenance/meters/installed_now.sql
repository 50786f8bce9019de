-- Purpose: where a component is installed, locked. Parameters: child_id. Caller: cmms.maintenance.meters.change_installations.
SELECT id, parent_id, from_date FROM installations WHERE child_id = %(child_id)s AND to_date IS NULL FOR UPDATE
