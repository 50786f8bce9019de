-- Purpose: installations that are about to be deleted. Parameters: ids. Caller: cmms.maintenance.meters.change_installations.
SELECT id, child_id, parent_id, from_date, to_date FROM installations WHERE id IN %(ids)s ORDER BY id FOR UPDATE
