-- Purpose: why a record is rejected. Parameters: id. Caller: cmms.figures.rejects.
SELECT code, message, status FROM sync_record_errors WHERE id = %(id)s
