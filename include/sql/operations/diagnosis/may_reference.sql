-- Purpose: whether the account has the privilege REFERENCES: the table does not exist, so nothing happens either way.
-- Parameters: none
-- Caller: cmms.operations.diagnosis.check_privileges.
CREATE TABLE cmms_diagnosis_no_such_table (
  id INT PRIMARY KEY,
  FOREIGN KEY (id) REFERENCES cmms_diagnosis_no_such_table_either (id)
) ENGINE=InnoDB
