-- Purpose: lists that people keep under a name (migration 0003).
-- Caller: cmms.migrations.versions.0003_saved_views. Runs unchanged on MySQL 8.4/9.x and MariaDB 10.11+.
-- body: tab, search, filters and columns as the list had them; what is gone since then is left out when it is read.

CREATE TABLE saved_views (
  id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
  owner VARCHAR(120) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  resource VARCHAR(60) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  name VARCHAR(120) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  body JSON NOT NULL,
  is_shared TINYINT(1) NOT NULL DEFAULT 0,
  is_default TINYINT(1) NOT NULL DEFAULT 0,
  updated_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
  UNIQUE KEY uk_view (owner, resource, name),
  KEY ix_view_shared (resource, is_shared)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
