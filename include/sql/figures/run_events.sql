-- Purpose: what happened in a run, newest first. Parameters: id. Caller: cmms.figures.run_details.
SELECT at, level, category, code, message FROM sync_log_events WHERE sync_log_id = %(id)s ORDER BY id DESC LIMIT 100
