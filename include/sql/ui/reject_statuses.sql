-- Purpose: what became of replayed records. Parameters: ids. Caller: cmms.views.handle_rejects.
SELECT status FROM sync_record_errors WHERE id IN %(ids)s
