-- Purpose: engine and character set of the tables in our schema.
-- Parameters: none
-- Caller: cmms.operations.diagnosis.check_database.
SELECT table_name AS name, engine AS engine, table_collation AS collation
  FROM information_schema.tables
 WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE'
