-- Purpose: whether a run of Airflow has a log row, and how that stands. Parameters: dag_id, run_id.
-- Caller: cmms.views.start_syncs.
SELECT id, status FROM api_sync_logs WHERE dag_id = %(dag_id)s AND run_id = %(run_id)s ORDER BY id DESC LIMIT 1
