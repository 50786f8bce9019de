-- Purpose: units that closed runs have merged, of runs whose raw pages may still be stored. Replays have no manifest.
-- Parameters: oldest. Caller: cmms.operations.verify.verify_inputs.
SELECT u.sync_log_id, u.stream, u.unit_key, u.fetched, u.fence
FROM sync_units u
JOIN api_sync_logs l ON l.id = u.sync_log_id
WHERE u.merged_at >= %(oldest)s AND l.status IN ('success', 'partial', 'failed', 'cancelled') AND l.sync_type <> 'replay'
  AND l.settings_json IS NOT NULL AND l.scope IS NOT NULL
ORDER BY u.sync_log_id, u.unit_key
