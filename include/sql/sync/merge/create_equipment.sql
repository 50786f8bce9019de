-- Purpose: staging table of one equipment snapshot, one per run and attempt; dropped after the merge.
-- Caller: cmms.sync.merge.stage_rows. {stage} is the checked table name.
CREATE TABLE {stage} (
  equipment_number VARCHAR(50) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  plant_id BIGINT UNSIGNED NOT NULL,
  company_code VARCHAR(10) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  equipment_description VARCHAR(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  object_number VARCHAR(30) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  point VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  api_created_at DATETIME(3) NOT NULL,
  group_name VARCHAR(120) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  page INT UNSIGNED NOT NULL,
  position INT UNSIGNED NOT NULL,
  PRIMARY KEY (equipment_number)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci
