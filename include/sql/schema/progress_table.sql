-- Purpose: how far each migration has come, so that one that was stopped goes on there.
-- Caller: cmms.migrations.statements.
CREATE TABLE IF NOT EXISTS cmms_migration_progress (
  file VARCHAR(100) NOT NULL,
  statements INT NOT NULL,
  PRIMARY KEY (file)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
