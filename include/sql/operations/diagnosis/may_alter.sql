-- Purpose: whether the account has the privilege ALTER: the table does not exist, so nothing happens either way.
-- Parameters: none
-- Caller: cmms.operations.diagnosis.check_privileges.
ALTER TABLE cmms_diagnosis_no_such_table ADD COLUMN more INT
