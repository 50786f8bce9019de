-- Purpose: a report as it stands. Parameters: id. Caller: cmms.operations.validate_stored, cmms.equipment.validate_equipment.
SELECT id, scope, days, status, first_day, last_day, machines, readings, findings, error_message
FROM validation_reports WHERE id = %(id)s
