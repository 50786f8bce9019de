-- Purpose: the readings of one day; of 50 active machines one has none. Parameters: ago (days).
-- Caller: benchmarks.view_data, day by day: so rows lie where a sync would have put them.
INSERT INTO equipment_running_times (equipment_id, plant_id, point, date, date_time, running_hours, cumulative_hours,
  company_code, equipment_description, object_number, quality, quality_code)
SELECT e.id, e.plant_id, e.point, CURRENT_DATE - INTERVAL %(ago)s DAY, UTC_TIMESTAMP(3) - INTERVAL %(ago)s DAY,
  (e.id %% 240) / 10, e.id %% 6000 + (400 - %(ago)s) * (e.id %% 240) / 10, e.company_code, e.equipment_description,
  e.object_number, IF((e.id + %(ago)s) %% 60 = 0, 'warning', 'ok'), IF((e.id + %(ago)s) %% 60 = 0, 'RT_JUMP', NULL)
FROM equipment e
WHERE (e.is_active = 1 OR %(ago)s > 10) AND (e.id + %(ago)s) %% 50 <> 0
ORDER BY e.id
