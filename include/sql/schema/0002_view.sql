-- Purpose: what the view stores beside the sync's tables (migration 0002).
-- Caller: cmms.migrations.versions.0002_view. Runs unchanged on MySQL 8.4/9.x and MariaDB 10.11+.
-- notes belong to the people, never to the source. row_version is the optimistic lock of the forms.

ALTER TABLE equipment
  ADD COLUMN notes VARCHAR(2000) NULL,
  ADD COLUMN serviced_at_hours DECIMAL(16,3) NULL,
  ADD KEY ix_equipment_active (is_active, id);

ALTER TABLE equipment_groups
  ADD COLUMN maintenance_interval_hours DECIMAL(10,2) NULL,
  ADD COLUMN row_version INT UNSIGNED NOT NULL DEFAULT 1;

ALTER TABLE plants
  ADD COLUMN row_version INT UNSIGNED NOT NULL DEFAULT 1;

ALTER TABLE alert_events
  ADD COLUMN row_version INT UNSIGNED NOT NULL DEFAULT 1;

-- Who has read which notification; no foreign key: alerts are cleaned up on their own.
CREATE TABLE notification_reads (
  alert_event_id BIGINT UNSIGNED NOT NULL,
  reader VARCHAR(120) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  read_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  PRIMARY KEY (alert_event_id, reader)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- What a person has set up in the view: columns of a table, a filter kept under a name.
CREATE TABLE view_preferences (
  owner VARCHAR(120) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  name VARCHAR(120) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  body JSON NOT NULL,
  updated_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  PRIMARY KEY (owner, name)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
