-- Purpose: codes that validations have found. Caller: cmms.figures.validations.
SELECT DISTINCT code FROM validation_findings ORDER BY code
