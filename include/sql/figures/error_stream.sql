-- Purpose: the newest rejected records and events of runs, newest first; of the newest 5,000 of each, so that a filter
--   never reads a whole table. Parameters: category ('' for all), row_limit. Caller: cmms.figures.failures.
(SELECT 'record' AS kind, r.id, r.sync_log_id, r.last_seen_at AS at, r.category, r.level, r.code, r.message, r.record_key
 FROM sync_record_errors r
 WHERE r.id > (SELECT CAST(MAX(id) AS SIGNED) - 5000 FROM sync_record_errors)
   AND (%(category)s = '' OR r.category = %(category)s)
 ORDER BY r.id DESC LIMIT %(row_limit)s)
UNION ALL
(SELECT 'event', e.id, e.sync_log_id, e.at, e.category, e.level, e.code, e.message, NULL
 FROM sync_log_events e
 WHERE e.id > (SELECT CAST(MAX(id) AS SIGNED) - 5000 FROM sync_log_events)
   AND e.level <> 'info'
   AND (%(category)s = '' OR e.category = %(category)s)
 ORDER BY e.id DESC LIMIT %(row_limit)s)
ORDER BY at DESC, kind, id DESC
LIMIT %(row_limit)s
