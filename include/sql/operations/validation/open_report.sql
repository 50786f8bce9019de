-- Purpose: open a report before the validation starts. Parameters: asked_by, scope, days. Caller: cmms.operations.validation_reports.
INSERT INTO validation_reports (asked_by, scope, days, started_at) VALUES (%(asked_by)s, %(scope)s, %(days)s, UTC_TIMESTAMP(3))
