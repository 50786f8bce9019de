-- Purpose: the log row of a DAG run.
-- Parameters: dag_id, run_id. Caller: cmms.sync.open_run, cmms.sync.close_run.
SELECT id FROM api_sync_logs WHERE dag_id = %(dag_id)s AND run_id = %(run_id)s
