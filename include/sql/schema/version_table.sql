-- Purpose: where Alembic notes the version of the tables, before it would create the table as the server's defaults say.
-- Caller: cmms.migrations.env.
CREATE TABLE IF NOT EXISTS cmms_alembic_version (
  version_num VARCHAR(32) NOT NULL,
  CONSTRAINT cmms_alembic_version_pkc PRIMARY KEY (version_num)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
