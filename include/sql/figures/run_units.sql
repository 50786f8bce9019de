-- Purpose: the steps of a run, unit by unit. Parameters: id. Caller: the widgets of include/cmms_ui.
SELECT unit_key, step, done, total, rate, fetched, inserted, updated, unchanged, superseded, rejected, warnings,
  api_ms, validate_ms, stage_ms, merge_ms, merged_at
FROM sync_units WHERE sync_log_id = %(id)s ORDER BY unit_key LIMIT 400
