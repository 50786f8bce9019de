-- Purpose: how many units of a run are at which step, and what each step has taken so far. Parameters: id.
-- Caller: cmms.figures.open_runs.
SELECT COUNT(*) AS units, COUNT(merged_at) AS units_done,
  COALESCE(SUM(merged_at IS NULL AND step IN ('planned', 'fetch')), 0) AS fetching,
  COALESCE(SUM(merged_at IS NULL AND step = 'validate'), 0) AS validating,
  COALESCE(SUM(merged_at IS NULL AND step IN ('stage', 'merge')), 0) AS writing,
  COALESCE(SUM(fetched), 0) AS fetched, COALESCE(SUM(rejected), 0) AS rejected,
  COALESCE(SUM(inserted + updated), 0) AS written,
  COALESCE(SUM(api_ms), 0) AS api_ms, COALESCE(SUM(validate_ms), 0) AS validate_ms,
  COALESCE(SUM(stage_ms), 0) + COALESCE(SUM(merge_ms), 0) AS write_ms
FROM sync_units WHERE sync_log_id = %(id)s
