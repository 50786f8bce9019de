-- Purpose: how many active machines of each plant are how. Caller: cmms.figures.health.
-- The newest day comes from the index of days, the open errors from one list: no machine is looked up alone.
SELECT p.plant_code,
  SUM(x.equipment_number IS NOT NULL) AS bad,
  SUM(x.equipment_number IS NULL AND (e.missing_since IS NOT NULL OR COALESCE(r.quality = 'warning', 0))) AS warn,
  SUM(x.equipment_number IS NULL AND e.missing_since IS NULL AND r.date IS NULL) AS idle,
  SUM(x.equipment_number IS NULL AND e.missing_since IS NULL AND COALESCE(r.quality <> 'warning', 0)) AS good
FROM equipment e
JOIN plants p ON p.id = e.plant_id
LEFT JOIN (SELECT DISTINCT equipment_number FROM sync_record_errors WHERE open_flag = 1) x
  ON x.equipment_number = e.equipment_number
LEFT JOIN equipment_running_times r FORCE INDEX (ix_running_times_date)
  ON r.equipment_id = e.id AND r.date = (SELECT MAX(date) FROM equipment_running_times)
WHERE e.is_active = 1
GROUP BY p.plant_code ORDER BY p.plant_code
