-- Purpose: one HTTP request.
-- Caller: cmms.sync.runs.report_progress.
INSERT INTO api_call_logs
  (sync_log_id, endpoint, unit_key, page, status, attempt, latency_ms, bytes_wire, bytes_body, error_class, called_at,
   answer_head)
VALUES
  (%(sync_log_id)s, %(endpoint)s, %(unit_key)s, %(page)s, %(status)s, %(attempt)s, %(latency_ms)s, %(bytes_wire)s,
   %(bytes_body)s, %(error_class)s, %(called_at)s, %(answer_head)s)
