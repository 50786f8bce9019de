-- Purpose: codes that validations have found. Caller: the resources of include/cmms_ui.
SELECT DISTINCT code FROM validation_findings ORDER BY code
