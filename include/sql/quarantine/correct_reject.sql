-- Purpose: a corrected version beside the record as received, and what it is about by that version.
-- Parameters: id, payload, record_key, equipment_number, reading_date. Caller: cmms.quarantine.handle_rejects.
UPDATE sync_record_errors
SET edited_payload = %(payload)s, record_key = %(record_key)s, equipment_number = %(equipment_number)s,
    reading_date = %(reading_date)s, row_version = row_version + 1
WHERE id = %(id)s
