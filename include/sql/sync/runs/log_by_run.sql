-- Purpose: the log row of a DAG run.
-- Parameters: dag_id, run_id. Callers: cmms.sync.runs.open_run, cmms.sync.runs.close_run, cmms.dag_tasks.close_unfinished_run.
SELECT id, heartbeat_at FROM api_sync_logs WHERE dag_id = %(dag_id)s AND run_id = %(run_id)s
