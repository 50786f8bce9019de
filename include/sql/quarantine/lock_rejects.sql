-- Purpose: rejected records that are about to be changed. Parameters: ids. Caller: cmms.quarantine.handle_rejects.
SELECT id, status, row_version, stream, unit_key, record_key, equipment_number, reading_date, payload, edited_payload AS edited
FROM sync_record_errors WHERE id IN %(ids)s ORDER BY id FOR UPDATE
