-- Purpose: counts by code and doubts of a unit's earlier merge in the same run, which the next one writes again.
-- Parameters: sync_log_id, unit_key. Caller: cmms.sync.merge.stage_rows.
DELETE FROM sync_log_events
WHERE sync_log_id = %(sync_log_id)s AND category IN ('reject', 'warning', 'completeness')
  AND JSON_UNQUOTE(JSON_EXTRACT(context, '$.unit')) = %(unit_key)s
