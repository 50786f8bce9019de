-- Purpose: an evaluation has changed something, so that open pages hear of it. Parameters: after_json.
-- Caller: cmms.maintenance.evaluate_maintenance.
INSERT INTO audit_log (at, actor, action, entity, entity_id, after_json)
VALUES (UTC_TIMESTAMP(3), 'maintenance_evaluation', 'evaluate', 'maintenance', '', %(after_json)s)
