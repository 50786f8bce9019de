-- Stream: equipment.
-- Purpose: staging table of one equipment snapshot, one per run and attempt; dropped after the merge.
-- Caller: cmms.sync.merge.stage_rows. {stage} is the checked table name.
CREATE TABLE {stage} (
  equipment_number VARCHAR(50) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  plant_id BIGINT UNSIGNED NOT NULL,
  {definitions},
  group_name VARCHAR(120) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  page INT UNSIGNED NOT NULL,
  position INT UNSIGNED NOT NULL,
  PRIMARY KEY (equipment_number)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci
