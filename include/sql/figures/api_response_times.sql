-- Purpose: KPI-02, response times of the source by endpoint: nearest-rank percentiles over the calls that were answered;
--   calls without an answer (time-out, reset) and answers from 400 on are counted.
-- Parameters: since, until (excluded). Caller: cmms.figures.kpis.
SELECT endpoint, COUNT(*) AS calls,
  CAST(SUM(status IS NULL OR status >= 400) AS UNSIGNED) AS errors,
  MAX(CASE WHEN place = CEIL(0.50 * answered) THEN latency_ms END) AS p50_ms,
  MAX(CASE WHEN place = CEIL(0.95 * answered) THEN latency_ms END) AS p95_ms,
  MAX(CASE WHEN place = CEIL(0.99 * answered) THEN latency_ms END) AS p99_ms
FROM (
  SELECT endpoint, status, latency_ms,
    CASE WHEN status IS NOT NULL THEN ROW_NUMBER() OVER (PARTITION BY endpoint, status IS NULL ORDER BY latency_ms) END AS place,
    SUM(status IS NOT NULL) OVER (PARTITION BY endpoint) AS answered
  FROM api_call_logs
  WHERE called_at >= %(since)s AND called_at < %(until)s
) calls
GROUP BY endpoint
ORDER BY endpoint
