-- Purpose: a reconciliation has ended.
-- Parameters: id, status, source_records, waiting_records, stored_records, differences, report, error_message.
-- Caller: cmms.operations.reconciliation.record_result.
UPDATE reconciliations SET status = %(status)s, source_records = %(source_records)s,
  waiting_records = %(waiting_records)s, stored_records = %(stored_records)s, differences = %(differences)s,
  report = %(report)s, error_message = %(error_message)s, ended_at = UTC_TIMESTAMP(3)
WHERE id = %(id)s
