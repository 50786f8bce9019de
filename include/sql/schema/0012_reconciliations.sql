-- Purpose: what the DAG cmms_reconcile_sources found, so that people can read it in the view (migration 0012).
-- Caller: cmms.migrations.versions.0012_reconciliations. Runs unchanged on MySQL 8.4/9.x and MariaDB 10.11+.
-- A row per DAG run. plant_codes: NULL for all plants. report: the first differences and the plants that differ.

CREATE TABLE reconciliations (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  dag_id VARCHAR(120) NOT NULL,
  run_id VARCHAR(250) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  asked_by VARCHAR(120) NOT NULL,
  first_day DATE NOT NULL,
  last_day DATE NOT NULL,
  plant_codes JSON NULL,
  status VARCHAR(20) NOT NULL DEFAULT 'running',
  steps INT UNSIGNED NOT NULL DEFAULT 0,
  steps_done INT UNSIGNED NOT NULL DEFAULT 0,
  source_records INT UNSIGNED NOT NULL DEFAULT 0,
  waiting_records INT UNSIGNED NOT NULL DEFAULT 0,
  stored_records INT UNSIGNED NOT NULL DEFAULT 0,
  differences INT UNSIGNED NOT NULL DEFAULT 0,
  report JSON NULL,
  error_message VARCHAR(500) NULL,
  started_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  ended_at DATETIME(3) NULL,
  PRIMARY KEY (id),
  UNIQUE KEY uk_reconciliations_run (dag_id, run_id),
  CONSTRAINT ck_reconciliations_status CHECK (status IN ('running', 'equal', 'differs', 'failed'))
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
