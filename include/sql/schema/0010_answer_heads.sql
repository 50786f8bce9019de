-- Purpose: the first kilobyte of an answer that was refused, without our credential, for the operator.
-- Caller: cmms.migrations.versions.0010_answer_heads. Runs unchanged on MySQL 8.4/9.x and MariaDB 10.11+.

ALTER TABLE api_call_logs
  ADD COLUMN answer_head TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci NULL;
