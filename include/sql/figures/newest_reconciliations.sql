-- Purpose: the newest reconciliations. Parameters: none. Caller: cmms.figures.reconciliations.
SELECT id, asked_by, first_day, last_day, plant_codes, status, differences, error_message, started_at
FROM reconciliations ORDER BY id DESC LIMIT 3
