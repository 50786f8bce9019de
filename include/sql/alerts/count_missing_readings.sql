-- Active machines that had a reading on the day before a run's first day, and have none on its last day; those whose
-- reading waits among the rejected records are not missing. Parameters: before_day, last_day.
-- Caller: cmms.alerts.load_history
SELECT COUNT(*) AS missing
FROM equipment_running_times AS p
JOIN equipment AS e ON e.id = p.equipment_id AND e.is_active = 1
LEFT JOIN equipment_running_times AS t ON t.equipment_id = p.equipment_id AND t.date = %(last_day)s
WHERE p.date = %(before_day)s
  AND t.id IS NULL
  AND NOT EXISTS (
    SELECT 1 FROM sync_record_errors AS r
    WHERE r.equipment_number = e.equipment_number AND r.open_flag = 1 AND r.reading_date = %(last_day)s
  )
