-- Purpose: large changes that people have asked for and a run of cmms_on_request carries out (migration 0013).
-- Caller: cmms.migrations.versions.0013_requested_changes. Runs unchanged on MySQL 8.4/9.x and MariaDB 10.11+.
-- keys_json: the ids of the chosen rows. done: how many of them have been dealt with; it commits with the rows' own changes.
-- details: why rows were left alone, the first thousand of them.

CREATE TABLE requested_changes (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  asked_by VARCHAR(120) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  name VARCHAR(60) NOT NULL,
  arguments JSON NOT NULL,
  keys_json JSON NOT NULL,
  batch_id CHAR(36) NOT NULL,
  status VARCHAR(20) NOT NULL DEFAULT 'waiting',
  total INT UNSIGNED NOT NULL,
  done INT UNSIGNED NOT NULL DEFAULT 0,
  changed INT UNSIGNED NOT NULL DEFAULT 0,
  unchanged INT UNSIGNED NOT NULL DEFAULT 0,
  left_alone INT UNSIGNED NOT NULL DEFAULT 0,
  details JSON NULL,
  error_message VARCHAR(500) NULL,
  created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  updated_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  KEY ix_requested_changes_created (created_at),
  CONSTRAINT ck_requested_changes_status CHECK (status IN ('waiting', 'running', 'success', 'failed'))
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
