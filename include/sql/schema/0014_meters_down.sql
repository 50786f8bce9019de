-- Purpose: counter events as they were before meters had segments (down from migration 0014).
-- Caller: cmms.migrations.versions.0014_meters.

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
SELECT s.id, p.equipment_id, s.from_date, s.kind, s.old_final, s.new_initial, s.reason, s.created_by, s.created_at
FROM meter_segments s
JOIN measuring_points p ON p.id = s.point_id AND p.is_primary = 1
WHERE s.kind <> 'initial';
