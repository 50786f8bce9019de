-- Purpose: KPI-03, the newest units of work with their times, one row each.
-- Parameters: since, until (excluded), row_limit. Caller: cmms.figures.kpis.
SELECT sync_log_id, stream, unit_key, merged_at, fetched, inserted, updated, stage_ms, merge_ms
FROM sync_units
WHERE merged_at >= %(since)s AND merged_at < %(until)s AND stage_ms IS NOT NULL AND merge_ms IS NOT NULL
ORDER BY merged_at DESC, id DESC
LIMIT %(row_limit)s
