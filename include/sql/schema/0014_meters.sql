-- Purpose: meters and life hours: measuring points, segments of a counter, voided and doubtful readings, installed
--   components, availability (migration 0014).
-- Caller: cmms.migrations.versions.0014_meters. Runs unchanged on MySQL 8.4/9.x and MariaDB 10.11+.
-- No table refers to equipment_running_times.id: a reading is named by equipment and date.
-- Hours are DECIMAL, DATE columns are local days of the site, DATETIME(3) are UTC.

-- A counter of a machine. The primary one is read daily (equipment_running_times); a machine without a row has the defaults.
-- hours_per_unit: factor from the unit of the counter to hours. overflow_value: the highest value that the counter shows;
-- overflow_counts: whether one more unit passes between that value and 0.
CREATE TABLE measuring_points (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  equipment_id BIGINT UNSIGNED NOT NULL,
  name VARCHAR(40) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT 'running hours',
  is_primary TINYINT(1) NOT NULL DEFAULT 1,
  unit VARCHAR(20) NOT NULL DEFAULT 'h',
  hours_per_unit DECIMAL(12,6) NOT NULL DEFAULT 1,
  overflow_value DECIMAL(16,3) NULL,
  overflow_counts TINYINT(1) NOT NULL DEFAULT 0,
  max_hours_a_day DECIMAL(6,2) NOT NULL DEFAULT 24,
  annual_estimate DECIMAL(10,2) NULL,
  stale_days INT UNSIGNED NOT NULL DEFAULT 14,
  rate_method VARCHAR(20) NOT NULL DEFAULT 'windows',
  rate_window INT UNSIGNED NULL,
  static_rate DECIMAL(8,3) NULL,
  row_version INT UNSIGNED NOT NULL DEFAULT 1,
  created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  updated_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  primary_flag TINYINT GENERATED ALWAYS AS (IF(is_primary = 1, 1, NULL)) VIRTUAL,
  PRIMARY KEY (id),
  UNIQUE KEY uk_measuring_points_name (equipment_id, name),
  UNIQUE KEY uk_measuring_points_primary (equipment_id, primary_flag),
  CONSTRAINT ck_measuring_points_factor CHECK (hours_per_unit > 0),
  CONSTRAINT ck_measuring_points_overflow CHECK (overflow_value > 0),
  CONSTRAINT ck_measuring_points_most CHECK (max_hours_a_day > 0),
  CONSTRAINT ck_measuring_points_rate CHECK (rate_method IN ('windows', 'all', 'sliding_days', 'sliding_readings', 'static')),
  CONSTRAINT fk_measuring_points_equipment FOREIGN KEY (equipment_id) REFERENCES equipment (id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- Readings of a further counter, one a day.
CREATE TABLE point_readings (
  point_id BIGINT UNSIGNED NOT NULL,
  date DATE NOT NULL,
  counter DECIMAL(16,3) NOT NULL,
  noted_by VARCHAR(120) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  updated_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  PRIMARY KEY (point_id, date),
  CONSTRAINT ck_point_readings_counter CHECK (counter >= 0),
  CONSTRAINT fk_point_readings_point FOREIGN KEY (point_id) REFERENCES measuring_points (id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- From from_date on the counter counts anew: life hours = counter + offset_hours. old_final and new_initial are what a person
-- has said; where they are NULL the readings around the day say it. offset_hours follows from them and from the readings.
CREATE TABLE meter_segments (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  point_id BIGINT UNSIGNED NOT NULL,
  from_date DATE NOT NULL,
  kind VARCHAR(20) NOT NULL,
  old_final DECIMAL(16,3) NULL,
  new_initial DECIMAL(16,3) NULL,
  offset_hours DECIMAL(16,3) NOT NULL DEFAULT 0,
  reason VARCHAR(255) NULL,
  created_by VARCHAR(120) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  PRIMARY KEY (id),
  UNIQUE KEY uk_meter_segments (point_id, from_date),
  KEY ix_meter_segments_date (from_date),
  CONSTRAINT ck_meter_segments_kind CHECK (kind IN ('initial', 'rollover', 'replacement', 'reset', 'accepted')),
  CONSTRAINT fk_meter_segments_point FOREIGN KEY (point_id) REFERENCES measuring_points (id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- Stored readings that a person has declared void: they stay visible and are out of every calculation until it is undone.
CREATE TABLE reading_voids (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  equipment_id BIGINT UNSIGNED NOT NULL,
  date DATE NOT NULL,
  reason VARCHAR(255) NOT NULL,
  voided_by VARCHAR(120) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  voided_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  undone_by VARCHAR(120) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  undone_at DATETIME(3) NULL,
  void_flag TINYINT GENERATED ALWAYS AS (IF(undone_at IS NULL, 1, NULL)) VIRTUAL,
  PRIMARY KEY (id),
  UNIQUE KEY uk_reading_voids (equipment_id, date, void_flag),
  KEY ix_reading_voids_date (date),
  CONSTRAINT fk_reading_voids_equipment FOREIGN KEY (equipment_id) REFERENCES equipment (id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- Stored readings that cannot be right as they stand. open: waits for a person, drives no due, blocks no later reading.
-- growth_hours: since the trusted reading before; allowed_hours: the most that was plausible.
CREATE TABLE doubtful_readings (
  equipment_id BIGINT UNSIGNED NOT NULL,
  date DATE NOT NULL,
  code VARCHAR(40) NOT NULL,
  growth_hours DECIMAL(16,3) NOT NULL,
  allowed_hours DECIMAL(16,3) NOT NULL,
  state VARCHAR(12) NOT NULL DEFAULT 'open',
  reason VARCHAR(255) NULL,
  decided_by VARCHAR(120) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  decided_at DATETIME(3) NULL,
  row_version INT UNSIGNED NOT NULL DEFAULT 1,
  created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  updated_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  PRIMARY KEY (equipment_id, date),
  KEY ix_doubtful_readings_date (date, state),
  KEY ix_doubtful_readings_state (state, created_at),
  CONSTRAINT ck_doubtful_readings_state CHECK (state IN ('open', 'accepted', 'void', 'meter_change')),
  CONSTRAINT fk_doubtful_readings_equipment FOREIGN KEY (equipment_id) REFERENCES equipment (id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- A component without a counter of its own runs with the machine in which it is installed. Both days count.
CREATE TABLE installations (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  child_id BIGINT UNSIGNED NOT NULL,
  parent_id BIGINT UNSIGNED NOT NULL,
  from_date DATE NOT NULL,
  to_date DATE NULL,
  noted_by VARCHAR(120) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  updated_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  installed_flag TINYINT GENERATED ALWAYS AS (IF(to_date IS NULL, 1, NULL)) VIRTUAL,
  PRIMARY KEY (id),
  UNIQUE KEY uk_installations_child (child_id, installed_flag),
  UNIQUE KEY uk_installations_from (child_id, from_date),
  KEY ix_installations_parent (parent_id, from_date),
  CONSTRAINT ck_installations_days CHECK (to_date >= from_date),
  CONSTRAINT ck_installations_other CHECK (child_id <> parent_id),
  CONSTRAINT fk_installations_child FOREIGN KEY (child_id) REFERENCES equipment (id),
  CONSTRAINT fk_installations_parent FOREIGN KEY (parent_id) REFERENCES equipment (id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- When a machine was not simply in service. Both days count; without a row it is in service.
CREATE TABLE equipment_availability (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  equipment_id BIGINT UNSIGNED NOT NULL,
  from_date DATE NOT NULL,
  to_date DATE NULL,
  kind VARCHAR(12) NOT NULL,
  reason VARCHAR(255) NULL,
  noted_by VARCHAR(120) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  updated_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  PRIMARY KEY (id),
  UNIQUE KEY uk_equipment_availability (equipment_id, from_date),
  CONSTRAINT ck_equipment_availability_kind CHECK (kind IN ('in_service', 'standby', 'laid_up', 'scrapped')),
  CONSTRAINT ck_equipment_availability_days CHECK (to_date >= from_date),
  CONSTRAINT fk_equipment_availability_equipment FOREIGN KEY (equipment_id) REFERENCES equipment (id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- What was known of counters until now: each counter event begins a segment of the machine's primary point.
INSERT IGNORE INTO measuring_points (equipment_id)
SELECT DISTINCT equipment_id FROM counter_events;

INSERT IGNORE INTO meter_segments (point_id, from_date, kind, old_final, new_initial, reason, created_by, created_at)
SELECT p.id, c.date, c.kind, c.old_final, c.new_initial, c.reason, c.created_by, c.created_at
FROM counter_events c
JOIN measuring_points p ON p.equipment_id = c.equipment_id;

DROP TABLE IF EXISTS counter_events;

-- For who reads the old table: it stays readable.
CREATE VIEW counter_events AS
SELECT s.id, p.equipment_id, s.from_date AS date, s.kind, s.old_final, s.new_initial, s.reason, s.created_by, s.created_at
FROM meter_segments s
JOIN measuring_points p ON p.id = s.point_id AND p.is_primary = 1
WHERE s.kind <> 'initial';

-- Life hours of every trusted reading: neither void nor doubtful.
CREATE VIEW life_readings AS
SELECT r.equipment_id, r.date, r.running_hours, r.cumulative_hours,
  r.cumulative_hours + COALESCE((
    SELECT s.offset_hours
    FROM measuring_points p
    JOIN meter_segments s ON s.point_id = p.id
    WHERE p.equipment_id = r.equipment_id AND p.primary_flag = 1 AND s.from_date <= r.date
    ORDER BY s.from_date DESC
    LIMIT 1), 0) AS life_hours
FROM equipment_running_times r
WHERE NOT EXISTS (SELECT 1 FROM reading_voids v WHERE v.equipment_id = r.equipment_id AND v.date = r.date AND v.void_flag = 1)
  AND NOT EXISTS (SELECT 1 FROM doubtful_readings d WHERE d.equipment_id = r.equipment_id AND d.date = r.date AND d.state = 'open');
