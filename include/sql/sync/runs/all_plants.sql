-- Purpose: every plant, active or not, to compare with those that somebody asks for.
-- Caller: cmms.sync.runs.check_plants.
SELECT plant_code FROM plants ORDER BY plant_code
