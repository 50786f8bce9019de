-- Purpose: something an operator should find by run.
-- Caller: cmms.sync.runs.report_progress, cmms.sync.runs.close_run.
INSERT INTO sync_log_events (sync_log_id, level, category, code, message, context)
VALUES (%(sync_log_id)s, %(level)s, %(category)s, %(code)s, %(message)s, %(context)s)
