-- Purpose: plants that requests per plant are made for.
-- Caller: cmms.sync.runs.open_run.
SELECT plant_code FROM plants WHERE is_active = 1 ORDER BY plant_code
