-- Purpose: what an attempt that failed has found. Parameters: id. Caller: cmms.operations.validation_reports.
DELETE FROM validation_findings WHERE validation_report_id = %(id)s
