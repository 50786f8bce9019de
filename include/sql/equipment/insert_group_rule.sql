-- Purpose: add a classification rule manually. Caller: cmms.equipment.change_group_rules.
INSERT INTO equipment_group_rules (priority, equipment_group_id, field, pattern, is_active)
VALUES (%(priority)s, %(equipment_group_id)s, %(field)s, %(pattern)s, %(is_active)s)
