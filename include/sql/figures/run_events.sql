-- Purpose: what happened in a run, newest first. Parameters: id. Caller: the widgets of include/cmms_ui.
SELECT at, level, category, code, message FROM sync_log_events WHERE sync_log_id = %(id)s ORDER BY id DESC LIMIT 100
