-- Purpose: close rejected records without storing them. Parameters: ids, user, note. Caller: cmms.quarantine.handle_rejects.
UPDATE sync_record_errors
SET status = 'discarded', resolved_by = %(user)s, resolved_at = UTC_TIMESTAMP(3), note = %(note)s, row_version = row_version + 1
WHERE id IN %(ids)s
