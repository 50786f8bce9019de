-- Purpose: ids of machines, to walk the readings in bounded pieces.
-- Parameters: after, machines. Caller: cmms.sync.verify_chains.
SELECT MAX(id) AS last_id FROM (
  SELECT id FROM equipment WHERE id > %(after)s ORDER BY id LIMIT %(machines)s
) piece
