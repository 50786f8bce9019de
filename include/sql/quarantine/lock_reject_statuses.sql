-- Purpose: statuses of rejected records that are about to be closed or taken care of. Parameters: ids.
-- Caller: cmms.quarantine.handle_rejects.
SELECT id, status FROM sync_record_errors WHERE id IN %(ids)s ORDER BY id FOR UPDATE
