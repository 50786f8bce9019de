-- Purpose: reports of validations to choose from, newest first. Caller: the resources of include/cmms_ui.
SELECT id, asked_by, started_at FROM validation_reports ORDER BY id DESC
