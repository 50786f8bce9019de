-- Purpose: rejects and warnings of a run by code, as written when its units were merged.
-- Parameters: sync_log_id. Caller: cmms.sync.runs.close_run.
SELECT level, code, SUM(CAST(JSON_EXTRACT(context, '$.records') AS UNSIGNED)) AS records
FROM sync_log_events
WHERE sync_log_id = %(sync_log_id)s AND category IN ('reject', 'warning')
GROUP BY level, code
ORDER BY records DESC, code
