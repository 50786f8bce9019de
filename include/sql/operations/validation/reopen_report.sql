-- Purpose: a validation attempt has failed and another one starts. Parameters: id. Caller: cmms.operations.validation_reports.
UPDATE validation_reports SET status = 'running', error_message = NULL, ended_at = NULL, machines = 0, readings = 0, findings = 0,
  started_at = UTC_TIMESTAMP(3)
WHERE id = %(id)s AND status <> 'success'
