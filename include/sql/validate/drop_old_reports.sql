-- Purpose: only the newest reports are kept. Parameters: oldest. Caller: cmms.sync.validation_reports.
DELETE FROM validation_reports WHERE id < %(oldest)s
