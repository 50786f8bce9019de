-- Purpose: why a run rejected records. Parameters: id. Caller: the widgets of plugins/cmms_ui.
SELECT code, COUNT(*) AS records, SUM(open_flag = 1) AS open_records FROM sync_record_errors
WHERE sync_log_id = %(id)s GROUP BY code ORDER BY records DESC
