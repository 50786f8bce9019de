-- Purpose: a record that was validated again still breaks a rule, maybe another one. Parameters: id, category, code, rule, field, message.
-- Caller: cmms.quarantine.replay_records.
UPDATE sync_record_errors
SET category = %(category)s, code = %(code)s, rule = %(rule)s, field = %(field)s, message = %(message)s,
    attempts = attempts + 1, last_seen_at = UTC_TIMESTAMP(3), row_version = row_version + 1,
    status = IF(status = 'retrying', 'open', status)
WHERE id = %(id)s AND open_flag = 1
