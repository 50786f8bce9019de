-- Purpose: meters and life hours: measuring points, segments of a counter, voided and doubtful readings, installed
--   components, availability (migration 0014). Needs the privilege CREATE VIEW, and says so before it changes anything.
-- Caller: cmms.migrations.versions.0014_meters. Runs unchanged on MySQL 8.4/9.x and MariaDB 10.11+.
-- No table refers to equipment_running_times.id: a reading is named by equipment and date.
-- Hours are DECIMAL, DATE columns are local days of the site, DATETIME(3) are UTC.

CREATE OR REPLACE SQL SECURITY INVOKER VIEW cmms_views_can_be_made AS SELECT 1 AS one;

DROP VIEW IF EXISTS cmms_views_can_be_made;

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
-- has stated; where they are NULL they follow from the readings around the day. offset_hours follows from both. counter_before: the newest
-- reading when a person accepted a rejected counter, for the record only.
CREATE TABLE meter_segments (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  point_id BIGINT UNSIGNED NOT NULL,
  from_date DATE NOT NULL,
  kind VARCHAR(20) NOT NULL,
  old_final DECIMAL(16,3) NULL,
  new_initial DECIMAL(16,3) NULL,
  offset_hours DECIMAL(16,3) NOT NULL DEFAULT 0,
  counter_before DECIMAL(16,3) NULL,
  reason VARCHAR(255) NULL,
  created_by VARCHAR(120) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  row_version INT UNSIGNED NOT NULL DEFAULT 1,
  created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  updated_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
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
-- growth_hours: since previous_date, the day of the trusted reading before; allowed_hours: the most that was plausible.
-- counter: of the reading that is in doubt; a decision holds for this one only.
CREATE TABLE doubtful_readings (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  equipment_id BIGINT UNSIGNED NOT NULL,
  date DATE NOT NULL,
  code VARCHAR(40) NOT NULL,
  counter DECIMAL(16,3) NOT NULL,
  previous_date DATE NOT NULL,
  growth_hours DECIMAL(16,3) NOT NULL,
  allowed_hours DECIMAL(16,3) NOT NULL,
  state VARCHAR(12) NOT NULL DEFAULT 'open',
  reason VARCHAR(255) NULL,
  decided_by VARCHAR(120) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  decided_at DATETIME(3) NULL,
  row_version INT UNSIGNED NOT NULL DEFAULT 1,
  created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  updated_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  PRIMARY KEY (id),
  UNIQUE KEY uk_doubtful_readings (equipment_id, date),
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

-- People have worked with the readings that are stored by now: none of them becomes doubtful by the upgrade, so no due
-- vanishes by it. Those that would be doubtful are taken as accepted; a new value of such a day is checked like any other.
INSERT IGNORE INTO doubtful_readings
  (equipment_id, date, code, counter, previous_date, growth_hours, allowed_hours, state, reason, decided_by, decided_at)
SELECT equipment_id, date, 'EXCEEDS_DAY', counter, previous_date, counter - previous_counter, 24 * DATEDIFF(date, previous_date),
  'accepted', 'Stored before readings were checked against their growth', 'upgrade', CURRENT_TIMESTAMP(3)
FROM (
  SELECT equipment_id, date, cumulative_hours AS counter,
    LAG(date) OVER (PARTITION BY equipment_id ORDER BY date) AS previous_date,
    LAG(cumulative_hours) OVER (PARTITION BY equipment_id ORDER BY date) AS previous_counter
  FROM equipment_running_times
) readings
WHERE counter - previous_counter > 24 * DATEDIFF(date, previous_date);

-- What was known of counters until now: each counter event begins a segment of the machine's primary point. Nobody has
-- stated an old final value: old_final of a counter event was the newest reading at that time.
INSERT IGNORE INTO measuring_points (equipment_id)
SELECT DISTINCT equipment_id FROM counter_events;

INSERT IGNORE INTO meter_segments
  (id, point_id, from_date, kind, new_initial, counter_before, reason, created_by, created_at, updated_at)
SELECT c.id, p.id, c.date, c.kind, c.new_initial, c.old_final, c.reason, c.created_by, c.created_at, c.created_at
FROM counter_events c
JOIN measuring_points p ON p.equipment_id = c.equipment_id;

-- Offsets of these segments, by the rules of cmms.maintenance.meters.life_hours for a change of which nobody has stated any
-- value. A segment without a reading adds nothing yet; the next evaluation computes all of them again.
UPDATE meter_segments t
JOIN (
  SELECT j.id, SUM(j.growth) OVER (PARTITION BY j.point_id ORDER BY j.from_date) AS offset_hours
  FROM (
    SELECT f.id, f.point_id, f.from_date,
      CASE
        WHEN b.id IS NULL OR a.id IS NULL THEN 0
        WHEN f.kind = 'accepted' AND a.cumulative_hours >= b.cumulative_hours THEN 0
        WHEN f.kind = 'rollover'
          THEN b.cumulative_hours + IF(a.date = f.from_date, GREATEST(a.running_hours - a.cumulative_hours, 0), 0)
        ELSE b.cumulative_hours - GREATEST(a.cumulative_hours - a.running_hours, 0)
          + IF(a.date = f.from_date, GREATEST(a.running_hours - a.cumulative_hours, 0), 0)
      END AS growth
    FROM (
      SELECT s.id, s.point_id, s.from_date, s.kind, p.equipment_id,
        (SELECT MAX(r.date) FROM equipment_running_times r
         WHERE r.equipment_id = p.equipment_id AND r.date < s.from_date) AS before_date,
        (SELECT MIN(r.date) FROM equipment_running_times r
         WHERE r.equipment_id = p.equipment_id AND r.date >= s.from_date AND r.date < COALESCE((
           SELECT MIN(n.from_date) FROM meter_segments n
           WHERE n.point_id = s.point_id AND n.from_date > s.from_date), '9999-12-31')) AS first_date
      FROM meter_segments s
      JOIN measuring_points p ON p.id = s.point_id
    ) f
    LEFT JOIN equipment_running_times b ON b.equipment_id = f.equipment_id AND b.date = f.before_date
    LEFT JOIN equipment_running_times a ON a.equipment_id = f.equipment_id AND a.date = f.first_date
  ) j
) o ON o.id = t.id
SET t.offset_hours = o.offset_hours;

-- What maintenance has stored as counters becomes life hours, for machines whose counter was changed; all others have the
-- same value in both. The last service: of the day of the schedule that counts from it; else before the newest change where
-- the counter is lower than at that service.
UPDATE equipment e
JOIN measuring_points p ON p.equipment_id = e.id
SET e.serviced_at_hours = e.serviced_at_hours + COALESCE((
  SELECT s.offset_hours FROM meter_segments s
  WHERE s.point_id = p.id AND s.from_date <= COALESCE(
    (SELECT MAX(m.baseline_date) FROM equipment_maintenance m
     WHERE m.equipment_id = e.id AND m.baseline_hours = e.serviced_at_hours),
    (SELECT IF(r.cumulative_hours >= e.serviced_at_hours, r.date, (
       SELECT MAX(l.from_date) - INTERVAL 1 DAY FROM meter_segments l WHERE l.point_id = p.id))
     FROM equipment_running_times r WHERE r.equipment_id = e.id ORDER BY r.date DESC LIMIT 1),
    '1000-01-01')
  ORDER BY s.from_date DESC
  LIMIT 1), 0)
WHERE e.serviced_at_hours IS NOT NULL;

-- What is due, and what was: hours as of the baseline that the due follows from, or of the day on which it was found.
UPDATE maintenance_dues d
JOIN equipment_maintenance m ON m.id = d.equipment_maintenance_id
JOIN measuring_points p ON p.equipment_id = m.equipment_id
SET d.due_hours = d.due_hours + COALESCE((
    SELECT s.offset_hours FROM meter_segments s
    WHERE s.point_id = p.id
      AND s.from_date <= IF(d.state IN ('open', 'ordered', 'waived'), COALESCE(m.baseline_date, d.detected_on), d.detected_on)
    ORDER BY s.from_date DESC
    LIMIT 1), 0),
  d.detected_hours = d.detected_hours + COALESCE((
    SELECT s.offset_hours FROM meter_segments s
    WHERE s.point_id = p.id AND s.from_date <= d.detected_on
    ORDER BY s.from_date DESC
    LIMIT 1), 0);

UPDATE work_orders w
JOIN measuring_points p ON p.equipment_id = w.equipment_id
JOIN maintenance_dues d ON d.work_order_id = w.id
SET w.due_hours = d.due_hours;

UPDATE equipment_maintenance m
JOIN measuring_points p ON p.equipment_id = m.equipment_id
SET m.baseline_hours = m.baseline_hours + COALESCE((
  SELECT s.offset_hours FROM meter_segments s
  WHERE s.point_id = p.id AND s.from_date <= m.baseline_date
  ORDER BY s.from_date DESC
  LIMIT 1), 0)
WHERE m.baseline_hours IS NOT NULL;

DROP TABLE IF EXISTS counter_events;

-- The old table stays readable under its name, with its rows.
CREATE SQL SECURITY INVOKER VIEW counter_events AS
SELECT s.id, p.equipment_id, s.from_date AS date, s.kind, COALESCE(s.old_final, s.counter_before) AS old_final,
  s.new_initial, s.reason, s.created_by, s.created_at
FROM meter_segments s
JOIN measuring_points p ON p.id = s.point_id
WHERE p.is_primary = 1 AND s.kind <> 'initial';

-- Life hours of every trusted reading: neither void nor doubtful.
CREATE SQL SECURITY INVOKER VIEW life_readings AS
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
