-- Purpose: machines added within seven days, by day and by what validation says of them: failed (a rejected record is
--   open), not_yet (added manually, no snapshot has held it), valid. Caller: cmms.figures.machines.
SELECT DATE(e.created_at) AS day,
  CASE
    WHEN EXISTS (SELECT 1 FROM sync_record_errors x WHERE x.equipment_number = e.equipment_number AND x.open_flag = 1)
      THEN 'failed'
    WHEN e.api_created_at IS NULL THEN 'not_yet'
    ELSE 'valid'
  END AS state,
  COUNT(*) AS machines
FROM equipment e WHERE e.created_at >= UTC_TIMESTAMP(3) - INTERVAL 7 DAY
GROUP BY day, state ORDER BY day, state
