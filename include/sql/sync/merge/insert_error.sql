-- Purpose: keep a rejected record raw. The same record of the same unit is one row for ever: seen again, it is open
--   again (unless somebody discarded it), with one more attempt.
-- Caller: cmms.sync.merge.quarantine_records.
INSERT INTO sync_record_errors
  (sync_log_id, stream, unit_key, record_key, equipment_number, reading_date, category, level, code, rule, field, message,
   payload, payload_hash, occurrence, first_seen_at, last_seen_at, page, position)
VALUES
  (%(sync_log_id)s, %(stream)s, %(unit_key)s, %(record_key)s, %(equipment_number)s, %(reading_date)s, %(category)s,
   'critical', %(code)s, %(rule)s, %(field)s, %(message)s, %(payload)s, %(payload_hash)s, %(occurrence)s,
   UTC_TIMESTAMP(3), UTC_TIMESTAMP(3), %(page)s, %(position)s)
ON DUPLICATE KEY UPDATE
  sync_log_id = VALUES(sync_log_id), record_key = VALUES(record_key), equipment_number = VALUES(equipment_number),
  reading_date = VALUES(reading_date), category = VALUES(category), code = VALUES(code),
  rule = VALUES(rule), field = VALUES(field), message = VALUES(message), page = VALUES(page), position = VALUES(position),
  attempts = attempts + 1, last_seen_at = UTC_TIMESTAMP(3), row_version = row_version + 1,
  resolved_by = IF(status = 'resolved', NULL, resolved_by), resolved_at = IF(status = 'resolved', NULL, resolved_at),
  note = IF(status = 'resolved', NULL, note), status = IF(status IN ('resolved', 'retrying'), 'open', status)
