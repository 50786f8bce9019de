-- Purpose: every reference leads somewhere, also if rows were written with foreign-key checks off.
--   Counted per missing parent; those of records by machine and day are in orphans_of_stream; the distinct ids come from an index.
-- Caller: cmms.operations.verify.verify_tables.
SELECT 'equipment' AS child, 'plants' AS parent, c.id AS missing
FROM (SELECT DISTINCT plant_id AS id FROM equipment) c LEFT JOIN plants p ON p.id = c.id WHERE p.id IS NULL
UNION ALL
SELECT 'equipment', 'equipment_groups', c.id
FROM (SELECT DISTINCT equipment_group_id AS id FROM equipment WHERE equipment_group_id IS NOT NULL) c
LEFT JOIN equipment_groups p ON p.id = c.id WHERE p.id IS NULL
UNION ALL
SELECT 'equipment_revisions', 'equipment', c.id
FROM (SELECT DISTINCT equipment_id AS id FROM equipment_revisions) c LEFT JOIN equipment p ON p.id = c.id WHERE p.id IS NULL
UNION ALL
SELECT 'equipment_running_time_revisions', 'equipment_running_times', c.id
FROM (SELECT DISTINCT running_time_id AS id FROM equipment_running_time_revisions) c
LEFT JOIN equipment_running_times p ON p.id = c.id WHERE p.id IS NULL
UNION ALL
SELECT 'measuring_points', 'equipment', c.id
FROM (SELECT DISTINCT equipment_id AS id FROM measuring_points) c LEFT JOIN equipment p ON p.id = c.id WHERE p.id IS NULL
UNION ALL
SELECT 'meter_segments', 'measuring_points', c.id
FROM (SELECT DISTINCT point_id AS id FROM meter_segments) c LEFT JOIN measuring_points p ON p.id = c.id WHERE p.id IS NULL
UNION ALL
SELECT 'point_readings', 'measuring_points', c.id
FROM (SELECT DISTINCT point_id AS id FROM point_readings) c LEFT JOIN measuring_points p ON p.id = c.id WHERE p.id IS NULL
UNION ALL
SELECT 'reading_voids', 'equipment', c.id
FROM (SELECT DISTINCT equipment_id AS id FROM reading_voids) c LEFT JOIN equipment p ON p.id = c.id WHERE p.id IS NULL
UNION ALL
SELECT 'doubtful_readings', 'equipment', c.id
FROM (SELECT DISTINCT equipment_id AS id FROM doubtful_readings) c LEFT JOIN equipment p ON p.id = c.id WHERE p.id IS NULL
UNION ALL
SELECT 'installations', 'equipment', c.id
FROM (SELECT DISTINCT child_id AS id FROM installations) c LEFT JOIN equipment p ON p.id = c.id WHERE p.id IS NULL
UNION ALL
SELECT 'installations', 'equipment', c.id
FROM (SELECT DISTINCT parent_id AS id FROM installations) c LEFT JOIN equipment p ON p.id = c.id WHERE p.id IS NULL
UNION ALL
SELECT 'equipment_availability', 'equipment', c.id
FROM (SELECT DISTINCT equipment_id AS id FROM equipment_availability) c LEFT JOIN equipment p ON p.id = c.id WHERE p.id IS NULL
UNION ALL
SELECT 'sync_units', 'api_sync_logs', c.id
FROM (SELECT DISTINCT sync_log_id AS id FROM sync_units) c LEFT JOIN api_sync_logs p ON p.id = c.id WHERE p.id IS NULL
UNION ALL
SELECT 'sync_record_errors', 'api_sync_logs', c.id
FROM (SELECT DISTINCT sync_log_id AS id FROM sync_record_errors) c LEFT JOIN api_sync_logs p ON p.id = c.id WHERE p.id IS NULL
UNION ALL
SELECT 'sync_superseded_records', 'api_sync_logs', c.id
FROM (SELECT DISTINCT sync_log_id AS id FROM sync_superseded_records) c
LEFT JOIN api_sync_logs p ON p.id = c.id WHERE p.id IS NULL
UNION ALL
SELECT 'sync_log_events', 'api_sync_logs', c.id
FROM (SELECT DISTINCT sync_log_id AS id FROM sync_log_events) c LEFT JOIN api_sync_logs p ON p.id = c.id WHERE p.id IS NULL
UNION ALL
SELECT 'notification_deliveries', 'alert_events', c.id
FROM (SELECT DISTINCT alert_event_id AS id FROM notification_deliveries) c
LEFT JOIN alert_events p ON p.id = c.id WHERE p.id IS NULL
