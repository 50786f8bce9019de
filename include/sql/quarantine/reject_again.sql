-- Purpose: records that were validated again still break a rule, maybe another one.
-- Parameters: records (JSON: id, category, code, rule, field, message). Caller: cmms.quarantine.replay_records.
UPDATE sync_record_errors e
JOIN JSON_TABLE(%(records)s, '$[*]' COLUMNS (
  id BIGINT UNSIGNED PATH '$.id',
  category VARCHAR(20) CHARACTER SET utf8mb4 PATH '$.category',
  code VARCHAR(40) CHARACTER SET utf8mb4 PATH '$.code',
  rule VARCHAR(40) CHARACTER SET utf8mb4 PATH '$.rule',
  field VARCHAR(40) CHARACTER SET utf8mb4 PATH '$.field',
  message VARCHAR(500) CHARACTER SET utf8mb4 PATH '$.message')) f ON f.id = e.id
SET e.category = f.category, e.code = f.code, e.rule = f.rule, e.field = f.field, e.message = f.message,
  e.attempts = e.attempts + 1, e.last_seen_at = UTC_TIMESTAMP(3), e.row_version = e.row_version + 1,
  e.status = IF(e.status = 'retrying', 'open', e.status)
WHERE e.open_flag = 1
