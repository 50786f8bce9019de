-- Purpose: one reconciliation with its report. Parameters: id. Caller: cmms.figures.reconciliations.
SELECT id, dag_id, run_id, asked_by, first_day, last_day, plant_codes, status, steps, steps_done, source_records,
  waiting_records, stored_records, differences, report, error_message, started_at
FROM reconciliations WHERE id = %(id)s
