-- Purpose: half a year of runs, HTTP requests and rejected records. Parameters: runs, calls, rejects.
-- Caller: benchmarks.large_data. Every twentieth run has rejected records that nobody has settled: it stays, with them.

CREATE TEMPORARY TABLE numbers (n INT UNSIGNED PRIMARY KEY)
  WITH RECURSIVE digits AS (SELECT 0 AS d UNION ALL SELECT d + 1 FROM digits WHERE d < 9)
  SELECT a.d + 10 * b.d + 100 * c.d + 1000 * e.d + 10000 * f.d + 100000 * g.d AS n
  FROM digits a, digits b, digits c, digits e, digits f, digits g
  WHERE a.d + 10 * b.d + 100 * c.d + 1000 * e.d + 10000 * f.d + 100000 * g.d < %(calls)s;

SET @before = (SELECT MAX(id) FROM api_sync_logs);

INSERT INTO api_sync_logs (sync_type, status, level, dag_id, run_id, trigger_kind, interval_start, interval_end,
  records_processed, records_success, records_failed, records_unchanged, sync_started_at, sync_completed_at)
SELECT 'running_time', 'partial', 'medium', 'running_time_sync', CONCAT('old run ', n), 'schedule',
  CURRENT_DATE - INTERVAL 200 DAY, CURRENT_DATE - INTERVAL 200 DAY,
  1000000, 1000000 - %(rejects)s DIV %(runs)s, %(rejects)s DIV %(runs)s, 1000000 - %(rejects)s DIV %(runs)s,
  UTC_TIMESTAMP(3) - INTERVAL (180 * (%(runs)s - n)) DIV %(runs)s + 1 DAY,
  UTC_TIMESTAMP(3) - INTERVAL (180 * (%(runs)s - n)) DIV %(runs)s + 1 DAY
FROM numbers WHERE n < %(runs)s ORDER BY n;

INSERT INTO sync_units (sync_log_id, stream, unit_key, step, fetched, inserted, updated, unchanged, superseded, rejected,
  warnings, merged_at, created_at)
SELECT id, 'running_time', CONCAT('old ', run_id), 'merge', records_processed, 0, 0, records_unchanged, 0, records_failed,
  0, sync_completed_at, sync_started_at
FROM api_sync_logs WHERE run_id LIKE 'old run %%' ORDER BY id;

INSERT INTO sync_log_events (sync_log_id, at, level, category, code, message)
SELECT l.id, l.sync_started_at, 'warning', 'reject', 'CUMULATIVE_BELOW_DAILY', 'Old news.'
FROM api_sync_logs l JOIN numbers ON n < 20 WHERE l.run_id LIKE 'old run %%' ORDER BY l.id;

INSERT INTO sync_record_errors (sync_log_id, stream, unit_key, record_key, equipment_number, reading_date, category,
  code, rule, field, message, payload, payload_hash, page, position, first_seen_at, last_seen_at, status, resolved_at)
SELECT l.id, 'running_time', CONCAT('old ', l.run_id), LPAD(n, 18, '0'), LPAD(n, 18, '0'), l.interval_start,
  'validation', 'CUMULATIVE_BELOW_DAILY', 'RT-01', 'CNTRR', 'The counter is lower than the hours of the day.',
  CONCAT('{"EQUNR": "', LPAD(n, 18, '0'), '", "RECDV": "12.50", "CNTRR": "11.00"}'),
  UNHEX(SHA2(CONCAT('{"EQUNR": "', LPAD(n, 18, '0'), '", "RECDV": "12.50", "CNTRR": "11.00"}'), 256)),
  1, n, l.sync_started_at, l.sync_started_at,
  IF(l.id %% 20 = 0 AND n %% 10 = 0, 'open', 'resolved'), IF(l.id %% 20 = 0 AND n %% 10 = 0, NULL, l.sync_started_at)
FROM numbers JOIN api_sync_logs l ON l.id = @before + 1 + n %% %(runs)s
WHERE n < %(rejects)s ORDER BY n;

INSERT INTO api_call_logs (sync_log_id, endpoint, unit_key, page, attempt, status, latency_ms, called_at)
SELECT @before + 1 + n DIV (%(calls)s DIV %(runs)s), '/running-time', 'old', n %% 200, 1, 200, 50 + n %% 400,
  UTC_TIMESTAMP(3) - INTERVAL (180 * (%(calls)s - n)) DIV %(calls)s + 1 DAY
FROM numbers ORDER BY n
