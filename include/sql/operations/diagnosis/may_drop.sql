-- Purpose: whether the account has the privilege DROP: the table does not exist, so nothing happens either way.
-- Parameters: none
-- Caller: cmms.operations.diagnosis.check_privileges.
DROP TABLE cmms_diagnosis_no_such_table
