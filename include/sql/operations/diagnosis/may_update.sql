-- Purpose: whether the account has the privilege UPDATE: the table does not exist, so nothing happens either way.
-- Parameters: none
-- Caller: cmms.operations.diagnosis.check_privileges.
UPDATE cmms_diagnosis_no_such_table SET id = 1
