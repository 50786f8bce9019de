-- Purpose: requests of people that have been carried out, so that one sent twice is carried out once (migration 0011).
-- Caller: cmms.migrations.versions.0011_action_requests. Runs unchanged on MySQL 8.4/9.x and MariaDB 10.11+.
-- call_hash: what was asked for. outcome: what was answered, NULL until then. Rows of yesterday are removed.

CREATE TABLE action_requests (
  id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
  actor VARCHAR(120) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  request VARCHAR(80) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  action VARCHAR(60) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  call_hash BINARY(32) NOT NULL,
  outcome JSON NULL,
  created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  UNIQUE KEY uk_action_requests (actor, request),
  KEY ix_action_requests_created (created_at)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
