-- Purpose: as changes_create, keyed by equipment number.
-- Caller: cmms.sync.merge.merge_stage.
CREATE TEMPORARY TABLE merge_changes (
  equipment_number VARCHAR(50) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  target_id BIGINT UNSIGNED NULL,
  outcome VARCHAR(10) NOT NULL,
  PRIMARY KEY (equipment_number)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC
