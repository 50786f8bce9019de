-- Purpose: counts of a run, recomputed from its merged units, and the instant.
-- Parameters: sync_log_id. Caller: cmms.sync.runs.close_run.
SELECT
  COALESCE(SUM(fetched), 0) AS fetched, COALESCE(SUM(inserted), 0) AS inserted, COALESCE(SUM(updated), 0) AS updated,
  COALESCE(SUM(unchanged), 0) AS unchanged, COALESCE(SUM(superseded), 0) AS superseded,
  COALESCE(SUM(rejected), 0) AS rejected, COALESCE(SUM(warnings), 0) AS warnings,
  COUNT(merged_at) AS merged_units, COUNT(*) AS units,
  SUM(api_ms) AS api_ms, SUM(validate_ms) AS validate_ms, SUM(COALESCE(stage_ms, 0) + COALESCE(merge_ms, 0)) AS db_ms,
  UTC_TIMESTAMP(3) AS closed_at
FROM sync_units
WHERE sync_log_id = %(sync_log_id)s
