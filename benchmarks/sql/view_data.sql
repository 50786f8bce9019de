-- Purpose: a large CMMS database. Parameters: machines. Caller: benchmarks.view_data. Readings are in view_readings.sql.
-- Numbers are those of the simulator's machines, so that its readings find them. Of 25 machines one is inactive, of 97 one
-- has left the feed, of 10 one has had a rejected record, of 160 one is open; of 19 one is late for its safety inspection.

CREATE TEMPORARY TABLE numbers (n INT UNSIGNED PRIMARY KEY)
  WITH RECURSIVE digits AS (SELECT 0 AS d UNION ALL SELECT d + 1 FROM digits WHERE d < 9)
  SELECT a.d + 10 * b.d + 100 * c.d + 1000 * e.d + 10000 * f.d + 100000 * g.d AS n
  FROM digits a, digits b, digits c, digits e, digits f, digits g
  WHERE a.d + 10 * b.d + 100 * c.d + 1000 * e.d + 10000 * f.d + 100000 * g.d BETWEEN 1 AND %(machines)s;

INSERT INTO plants (plant_code, name)
SELECT CONCAT('P', LPAD(n, 3, '0')), CONCAT('Plant ', n) FROM numbers WHERE n <= 20;

INSERT INTO equipment_groups (name) SELECT CONCAT('Group ', n) FROM numbers WHERE n <= 8;

INSERT INTO maintenance_plans (name, scope, equipment_group_id, interval_hours, start_from, lead_hours)
SELECT CONCAT(name, ', every ', 6000 + 500 * id, ' h'), 'group', id, 6000 + 500 * id, 'zero', 600 + 50 * id
FROM equipment_groups WHERE id <= 5;

INSERT INTO maintenance_plans (name, scope, interval_days, lead_days, tolerance_days)
VALUES ('Safety inspection', 'all', 180, 14, 7);

INSERT INTO equipment (equipment_number, plant_id, equipment_group_id, equipment_description, company_code, object_number,
  point, is_active, inactive_reason, missing_since, serviced_at_hours, created_at)
SELECT LPAD(9999999 + n, 18, '0'), 1 + n %% 20, IF(n %% 11 = 0, NULL, 1 + n %% 8),
  CONCAT(ELT(1 + n %% 6, 'PUMP', 'COMPRESSOR', 'CONVEYOR', 'FAN', 'TRUCK', 'CRANE'), ' ', n), '1000',
  CONCAT('IE', LPAD(n, 18, '0')), CAST(n AS CHAR), n %% 25 <> 0, IF(n %% 25 = 0, 'sold', NULL),
  IF(n %% 97 = 0, CURRENT_DATE, NULL), IF(n %% 3 = 0, 3000, NULL), UTC_TIMESTAMP(3) - INTERVAL n %% 400 DAY
FROM numbers ORDER BY n;

INSERT INTO equipment_maintenance (equipment_id, plan_id, baseline_date)
SELECT e.id, p.id, CURRENT_DATE - INTERVAL e.id * 7 %% 190 DAY FROM equipment e JOIN maintenance_plans p ON p.scope = 'all'
WHERE e.is_active = 1 ORDER BY e.id;

INSERT INTO api_sync_logs (sync_type, status, level, dag_id, run_id, trigger_kind, triggered_by, interval_start,
  interval_end, records_processed, records_success, records_inserted, sync_started_at, sync_completed_at)
SELECT IF(n %% 2 = 0, 'equipment', 'running_time'), IF(n %% 10 = 0, 'failed', IF(n %% 10 = 1, 'partial', 'success')),
  'info', 'a_dag', CONCAT('run ', n), 'schedule', 'airflow', CURRENT_DATE - INTERVAL n DIV 2 + 1 DAY,
  CURRENT_DATE - INTERVAL n DIV 2 + 1 DAY, 1000, 1000, 1000, UTC_TIMESTAMP(3) - INTERVAL n * 12 HOUR,
  UTC_TIMESTAMP(3) - INTERVAL n * 12 HOUR + INTERVAL 5 MINUTE
FROM numbers WHERE n <= 1000 ORDER BY n DESC;

INSERT INTO sync_record_errors (sync_log_id, stream, unit_key, record_key, equipment_number, reading_date, category,
  code, rule, field, message, payload, payload_hash, first_seen_at, last_seen_at, status)
SELECT 1 + e.id %% 1000, 'running_time', CAST(CURRENT_DATE AS CHAR), e.equipment_number, e.equipment_number,
  CURRENT_DATE, 'validation', CONCAT('RT_CODE_', e.id %% 5), 'RT-01', 'RECDV', 'More hours than the day has.',
  '{"EQUNR": "1"}', UNHEX(SHA2(CAST(e.id AS CHAR), 256)), UTC_TIMESTAMP(3), UTC_TIMESTAMP(3) - INTERVAL e.id SECOND,
  IF(e.id %% 160 = 0, 'open', 'resolved')
FROM equipment e WHERE e.id %% 10 = 0 ORDER BY e.id;

INSERT INTO api_call_logs (sync_log_id, endpoint, attempt, status, latency_ms, called_at)
SELECT 1 + n %% 1000, '/running-time', 1, 200, 50 + n %% 400, UTC_TIMESTAMP(3) - INTERVAL n MINUTE
FROM numbers WHERE n <= 50000;

INSERT INTO alert_events (fingerprint, rule_key, level, title, status, first_at, last_at)
SELECT CONCAT('f', n), 'run_failed', 'high', CONCAT('A run failed: ', n), IF(n %% 20 = 0, 'firing', 'resolved'),
  UTC_TIMESTAMP(3), UTC_TIMESTAMP(3) - INTERVAL n HOUR
FROM numbers WHERE n <= 2000
