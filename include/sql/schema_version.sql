-- Purpose: which migration the tables are at.
-- Caller: cmms.schema_version.
SELECT version_num FROM cmms_alembic_version
