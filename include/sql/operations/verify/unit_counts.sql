-- Purpose: conservation per unit: every fetched record has exactly one outcome.
-- Caller: cmms.operations.verify.verify_tables.
SELECT sync_log_id, unit_key, fetched, inserted + updated + unchanged + superseded + rejected AS outcomes
FROM sync_units
WHERE merged_at IS NOT NULL
  AND NOT COALESCE(fetched = inserted + updated + unchanged + superseded + rejected, 0)
ORDER BY id
