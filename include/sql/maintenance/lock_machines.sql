-- Purpose: whoever evaluates these machines does so alone. Parameters: ids. Caller: cmms.maintenance.evaluate_maintenance.
SELECT id FROM equipment WHERE id IN %(ids)s ORDER BY id FOR UPDATE
