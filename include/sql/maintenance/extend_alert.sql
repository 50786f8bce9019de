-- Purpose: the same evaluation has found more. Parameters: id, title, body, at. Caller: cmms.maintenance.notify_dues.
UPDATE alert_events SET title = %(title)s, body = %(body)s, last_at = %(at)s, row_version = row_version + 1
WHERE id = %(id)s
