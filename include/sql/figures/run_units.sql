-- Purpose: the steps of a run, unit by unit. Parameters: id. Caller: cmms.figures.run_details.
SELECT unit_key, step, done, total, fetched, inserted, updated, unchanged, rejected, warnings,
  api_ms, validate_ms, stage_ms, merge_ms, merged_at
FROM sync_units WHERE sync_log_id = %(id)s ORDER BY unit_key LIMIT 400
