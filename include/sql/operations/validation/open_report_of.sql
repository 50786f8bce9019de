-- Purpose: the report of a person that is not closed yet. Parameters: asked_by. Caller: cmms.equipment.validate_equipment.
SELECT id FROM validation_reports WHERE asked_by = %(asked_by)s AND status = 'running' ORDER BY id DESC LIMIT 1
