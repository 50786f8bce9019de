-- Purpose: only the newest results are kept. Parameters: oldest. Caller: cmms.operations.reconciliation.record_result.
DELETE FROM reconciliations WHERE id < %(oldest)s
