-- Purpose: the limits of the counter chain that syncs have worked with: a mark was right under those of its time.
-- Caller: cmms.operations.verify.verify_chains.
SELECT DISTINCT
  JSON_UNQUOTE(JSON_EXTRACT(settings_json, '$.rules.hours_mismatch_tolerance')) AS hours_mismatch_tolerance,
  JSON_UNQUOTE(JSON_EXTRACT(settings_json, '$.rules.strict_progression')) AS strict_progression,
  NULLIF(JSON_UNQUOTE(JSON_EXTRACT(settings_json, '$.rules.spike_sigmas')), 'null') AS spike_sigmas
FROM api_sync_logs
WHERE settings_json IS NOT NULL
