-- Purpose: every day with readings, oldest first (from an index, without reading the rows).
-- Caller: cmms.operations.verify.verify_chains.
SELECT DISTINCT date AS day FROM equipment_running_times ORDER BY day
