-- Purpose: reports of validations to choose from, newest first. Caller: cmms.figures.validations.
SELECT id, asked_by, started_at FROM validation_reports ORDER BY id DESC
