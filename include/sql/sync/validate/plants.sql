-- Purpose: every plant, active or not: a reading of a closed plant is still a reading.
-- Caller: cmms.sync.validate.load_reference.
SELECT plant_code, id AS plant_id FROM plants
