-- Purpose: what people did with a rejected record, newest first. Parameters: id_text. Caller: the widgets of include/cmms_ui.
SELECT at, actor, action, before_json, after_json FROM audit_log
WHERE entity = 'sync_record_errors' AND entity_id = %(id_text)s ORDER BY id DESC LIMIT 50
