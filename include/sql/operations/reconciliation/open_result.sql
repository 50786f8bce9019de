-- Purpose: a reconciliation begins; a task that Airflow repeats begins its row anew.
-- Parameters: dag_id, run_id, asked_by, first_day, last_day, plant_codes. Caller: cmms.operations.reconciliation.record_result.
INSERT INTO reconciliations (dag_id, run_id, asked_by, first_day, last_day, plant_codes, started_at)
VALUES (%(dag_id)s, %(run_id)s, %(asked_by)s, %(first_day)s, %(last_day)s, %(plant_codes)s, UTC_TIMESTAMP(3))
ON DUPLICATE KEY UPDATE id = LAST_INSERT_ID(id), status = 'running', steps = 0, steps_done = 0, source_records = 0,
  waiting_records = 0, stored_records = 0, differences = 0, report = NULL, error_message = NULL,
  started_at = UTC_TIMESTAMP(3), ended_at = NULL
