-- Purpose: codes that validations have found. Caller: the resources of plugins/cmms_ui.
SELECT DISTINCT code FROM validation_findings ORDER BY code
