-- Purpose: active maintenance plans to choose from. Caller: cmms.access.choices.
SELECT id, name AS label FROM maintenance_plans WHERE is_active = 1 ORDER BY name
