-- Purpose: why a record is rejected. Parameters: id. Caller: the widgets of include/cmms_ui.
SELECT code, message, status FROM sync_record_errors WHERE id = %(id)s
