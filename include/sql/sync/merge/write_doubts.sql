-- Purpose: readings that are doubtful now. A decision was about another value, or has been undone: the row is open again.
-- Parameters: a row of doubtful_readings. Caller: cmms.sync.merge.judge_machines.
INSERT INTO doubtful_readings (equipment_id, date, code, counter, previous_date, growth_hours, allowed_hours)
VALUES (%(equipment_id)s, %(date)s, %(code)s, %(counter)s, %(previous_date)s, %(growth_hours)s, %(allowed_hours)s)
ON DUPLICATE KEY UPDATE
  code = VALUES(code), counter = VALUES(counter), previous_date = VALUES(previous_date),
  growth_hours = VALUES(growth_hours), allowed_hours = VALUES(allowed_hours),
  state = 'open', reason = NULL, decided_by = NULL, decided_at = NULL,
  row_version = row_version + 1, updated_at = UTC_TIMESTAMP(3)
