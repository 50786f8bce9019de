-- Purpose: only the newest reports are kept. Parameters: oldest. Caller: cmms.operations.validation_reports.
DELETE FROM validation_findings WHERE validation_report_id < %(oldest)s
