-- Purpose: the reconciliation of a run in Airflow, if its task has begun. Parameters: dag_id, run_id.
-- Caller: cmms.figures.reconciliations.
SELECT id FROM reconciliations WHERE dag_id = %(dag_id)s AND run_id = %(run_id)s
