-- Purpose: a rule that a stored row breaks. Caller: cmms.operations.validate_stored.
INSERT INTO validation_findings
  (validation_report_id, stream, equipment_id, reading_date, severity, code, rule, message)
VALUES (%(report_id)s, %(stream)s, %(equipment_id)s, %(reading_date)s, %(severity)s, %(code)s, %(rule)s, %(message)s)
