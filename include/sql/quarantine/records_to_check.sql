-- Purpose: open rejected records as a replay would read them. Parameters: ids. Caller: cmms.quarantine.check_rejects.
SELECT id, stream, unit_key, COALESCE(edited_payload, payload) AS record
FROM sync_record_errors
WHERE id IN %(ids)s AND open_flag = 1
ORDER BY stream, unit_key, id
