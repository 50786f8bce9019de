-- Purpose: the stack of a failed run. Parameters: id. Caller: the widgets of plugins/cmms_ui.
SELECT stack_trace, dag_id, run_id FROM api_sync_logs WHERE id = %(id)s
