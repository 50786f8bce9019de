-- Purpose: a reconciliation of which the DAG run has failed, but whose process could not say so.
-- Parameters: dag_id, run_id. Caller: cmms.dag_tasks.close_unfinished_result.
UPDATE reconciliations SET status = 'failed', error_message = 'its process ended or took too long',
  ended_at = UTC_TIMESTAMP(3)
WHERE dag_id = %(dag_id)s AND run_id = %(run_id)s AND status = 'running'
