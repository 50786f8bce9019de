-- Purpose: how far a validation has come. Parameters: id, first_day, last_day, machines, readings, findings.
-- Caller: cmms.operations.validate_stored.
UPDATE validation_reports SET first_day = %(first_day)s, last_day = %(last_day)s, machines = %(machines)s,
  readings = %(readings)s, findings = %(findings)s
WHERE id = %(id)s
