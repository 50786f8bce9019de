-- Purpose: how many requests of a reconciliation are done. Parameters: id, steps, steps_done.
-- Caller: cmms.operations.reconciliation.record_result.
UPDATE reconciliations SET steps = %(steps)s, steps_done = %(steps_done)s WHERE id = %(id)s
