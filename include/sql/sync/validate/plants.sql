-- Purpose: every plant, active or not: a reading of a closed plant is still a reading.
-- Callers: cmms.sync.validate.load_reference, cmms.sync.validate.load_record_reference.
SELECT plant_code, id AS plant_id FROM plants
