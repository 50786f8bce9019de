-- Purpose: open the log row of a run.
-- Caller: cmms.sync.runs.open_run.
INSERT INTO api_sync_logs
  (sync_type, status, dag_id, run_id, trigger_kind, triggered_by, retry_of_id, config_version_id, settings_json, scope,
   interval_start, interval_end, stale_master, queue_ms, heartbeat_at, sync_started_at)
VALUES
  (%(sync_type)s, 'running', %(dag_id)s, %(run_id)s, %(trigger_kind)s, %(triggered_by)s, %(retry_of_id)s,
   %(config_version_id)s, %(settings_json)s, %(scope)s, %(interval_start)s, %(interval_end)s, %(stale_master)s,
   %(queue_ms)s, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))
