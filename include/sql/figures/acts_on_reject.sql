-- Purpose: what people did with a rejected record, newest first. Parameters: id_text. Caller: cmms.figures.rejects.
SELECT at, actor, action, after_json FROM audit_log
WHERE entity = 'sync_record_errors' AND entity_id = %(id_text)s ORDER BY id DESC LIMIT 50
