-- Purpose: whether the account has the privilege CREATE TEMPORARY TABLES; the table ends with the session.
-- Parameters: none
-- Caller: cmms.operations.diagnosis.check_privileges.
CREATE TEMPORARY TABLE cmms_diagnosis_no_such_table (id INT PRIMARY KEY) ENGINE=InnoDB
