-- Purpose: whether the account has the privilege SELECT: the table does not exist, so nothing happens either way.
-- Parameters: none
-- Caller: cmms.operations.diagnosis.check_privileges.
SELECT 1 FROM cmms_diagnosis_no_such_table
