-- Purpose: groups to choose from. Caller: cmms.access.choices.
SELECT id, name AS label FROM equipment_groups WHERE is_active = 1 ORDER BY name
