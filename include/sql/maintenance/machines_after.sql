-- Purpose: the next machines by id, for going through all of them. Parameters: after, row_limit.
-- Caller: cmms.maintenance.evaluate_maintenance.
SELECT id FROM equipment WHERE id > %(after)s ORDER BY id LIMIT %(row_limit)s
