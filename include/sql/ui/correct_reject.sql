-- Purpose: a corrected version beside the record as received. Caller: cmms.views.handle_rejects.
UPDATE sync_record_errors SET edited_payload = %(payload)s, row_version = row_version + 1 WHERE id = %(id)s
