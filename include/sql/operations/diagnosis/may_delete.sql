-- Purpose: whether the account has the privilege DELETE: the table does not exist, so nothing happens either way.
-- Parameters: none
-- Caller: cmms.operations.diagnosis.check_privileges.
DELETE FROM cmms_diagnosis_no_such_table
