-- Purpose: open rejected records by code. Caller: the widgets of include/cmms_ui.
SELECT code, category, COUNT(*) AS records FROM sync_record_errors WHERE open_flag = 1
GROUP BY code, category ORDER BY records DESC LIMIT 12
