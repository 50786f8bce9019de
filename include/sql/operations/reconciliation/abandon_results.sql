-- Purpose: reconciliations whose process is gone: Airflow runs one at a time, and another one begins.
-- Parameters: id (the one that begins). Caller: cmms.operations.reconciliation.record_result.
UPDATE reconciliations SET status = 'failed', error_message = 'its process ended', ended_at = UTC_TIMESTAMP(3)
WHERE status = 'running' AND id <> %(id)s
