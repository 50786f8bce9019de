-- Purpose: rejected records that are about to be changed. Parameters: ids. Callers: cmms.quarantine.handle_rejects, cmms.quarantine.replay_records.
SELECT id, status, row_version, stream, unit_key, record_key, equipment_number, reading_date, payload, edited_payload AS edited
FROM sync_record_errors WHERE id IN %(ids)s ORDER BY id FOR UPDATE
