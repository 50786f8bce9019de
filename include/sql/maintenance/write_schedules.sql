-- Purpose: what the evaluation has found, for rows that exist. row_version stays: nothing that a person has decided.
-- Parameters: a row of equipment_maintenance. Caller: cmms.maintenance.evaluate_maintenance.
INSERT INTO equipment_maintenance
  (id, equipment_id, plan_id, baseline_hours, baseline_date, next_due_hours, next_due_date, hours_to_go, days_to_go,
   hours_a_day, predicted_date, state, cause, evaluated_on)
VALUES (%(id)s, %(equipment_id)s, %(plan_id)s, %(baseline_hours)s, %(baseline_date)s, %(next_due_hours)s,
  %(next_due_date)s, %(hours_to_go)s, %(days_to_go)s, %(hours_a_day)s, %(predicted_date)s, %(state)s, %(cause)s,
  %(evaluated_on)s)
ON DUPLICATE KEY UPDATE
  baseline_hours = VALUES(baseline_hours), baseline_date = VALUES(baseline_date),
  next_due_hours = VALUES(next_due_hours), next_due_date = VALUES(next_due_date),
  hours_to_go = VALUES(hours_to_go), days_to_go = VALUES(days_to_go), hours_a_day = VALUES(hours_a_day),
  predicted_date = VALUES(predicted_date), state = VALUES(state), cause = VALUES(cause),
  evaluated_on = VALUES(evaluated_on), updated_at = UTC_TIMESTAMP(3)
