-- Purpose: counter events as they were before meters had segments (down from migration 0014). Points, voids, doubts,
--   installations and availability are deleted.
-- Caller: cmms.migrations.versions.0014_meters.

-- Life hours become counters again, as they were taken.
UPDATE equipment e
JOIN measuring_points p ON p.equipment_id = e.id AND p.is_primary = 1
SET e.serviced_at_hours = e.serviced_at_hours - COALESCE((
  SELECT s.offset_hours FROM meter_segments s
  WHERE s.point_id = p.id AND s.from_date <= COALESCE(
    (SELECT MAX(m.baseline_date) FROM equipment_maintenance m
     WHERE m.equipment_id = e.id AND m.baseline_hours = e.serviced_at_hours),
    (SELECT MAX(l.from_date) FROM meter_segments l WHERE l.point_id = p.id AND l.offset_hours <= e.serviced_at_hours),
    '1000-01-01')
  ORDER BY s.from_date DESC
  LIMIT 1), 0)
WHERE e.serviced_at_hours IS NOT NULL;

UPDATE maintenance_dues d
JOIN equipment_maintenance m ON m.id = d.equipment_maintenance_id
JOIN measuring_points p ON p.equipment_id = m.equipment_id AND p.is_primary = 1
SET d.due_hours = d.due_hours - COALESCE((
    SELECT s.offset_hours FROM meter_segments s
    WHERE s.point_id = p.id
      AND s.from_date <= IF(d.state IN ('open', 'ordered', 'waived'), COALESCE(m.baseline_date, d.detected_on), d.detected_on)
    ORDER BY s.from_date DESC
    LIMIT 1), 0),
  d.detected_hours = d.detected_hours - COALESCE((
    SELECT s.offset_hours FROM meter_segments s
    WHERE s.point_id = p.id AND s.from_date <= d.detected_on
    ORDER BY s.from_date DESC
    LIMIT 1), 0);

UPDATE work_orders w
JOIN measuring_points p ON p.equipment_id = w.equipment_id AND p.is_primary = 1
JOIN maintenance_dues d ON d.work_order_id = w.id
SET w.due_hours = d.due_hours;

UPDATE equipment_maintenance m
JOIN measuring_points p ON p.equipment_id = m.equipment_id AND p.is_primary = 1
SET m.baseline_hours = m.baseline_hours - COALESCE((
  SELECT s.offset_hours FROM meter_segments s
  WHERE s.point_id = p.id AND s.from_date <= m.baseline_date
  ORDER BY s.from_date DESC
  LIMIT 1), 0)
WHERE m.baseline_hours IS NOT NULL;

DROP VIEW IF EXISTS life_readings;

DROP VIEW IF EXISTS counter_events;

CREATE TABLE counter_events (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  equipment_id BIGINT UNSIGNED NOT NULL,
  date DATE NOT NULL,
  kind VARCHAR(20) NOT NULL,
  old_final DECIMAL(16,3) NULL,
  new_initial DECIMAL(16,3) NULL,
  reason VARCHAR(255) NULL,
  created_by VARCHAR(120) NOT NULL,
  created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  PRIMARY KEY (id),
  UNIQUE KEY uk_counter_events (equipment_id, date),
  CONSTRAINT ck_counter_events_kind CHECK (kind IN ('rollover', 'replacement', 'reset', 'accepted')),
  CONSTRAINT fk_counter_events_equipment FOREIGN KEY (equipment_id) REFERENCES equipment (id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

INSERT IGNORE INTO counter_events (id, equipment_id, date, kind, old_final, new_initial, reason, created_by, created_at)
SELECT s.id, p.equipment_id, s.from_date, s.kind, COALESCE(s.old_final, s.counter_before), s.new_initial,
  s.reason, s.created_by, s.created_at
FROM meter_segments s
JOIN measuring_points p ON p.id = s.point_id
WHERE p.is_primary = 1 AND s.kind <> 'initial';

DROP TABLE IF EXISTS equipment_availability;

DROP TABLE IF EXISTS installations;

DROP TABLE IF EXISTS doubtful_readings;

DROP TABLE IF EXISTS reading_voids;

DROP TABLE IF EXISTS meter_segments;

DROP TABLE IF EXISTS point_readings;

DROP TABLE IF EXISTS measuring_points;
