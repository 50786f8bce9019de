-- Purpose: only the newest reports are kept. Parameters: oldest. Caller: cmms.operations.validation_reports.
DELETE FROM validation_reports WHERE id < %(oldest)s
