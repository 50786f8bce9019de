-- Purpose: staging table of one day's running times, one per run, unit and attempt; dropped after the merge.
-- Caller: cmms.sync.merge.stage_rows. {stage} is the checked table name. No foreign keys; the merge reads it in key order.
CREATE TABLE {stage} (
  equipment_id BIGINT UNSIGNED NOT NULL,
  plant_id BIGINT UNSIGNED NOT NULL,
  point VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  date DATE NOT NULL,
  date_time DATETIME(3) NULL,
  description TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  running_hours DECIMAL(8,3) NOT NULL,
  cumulative_hours DECIMAL(16,3) NOT NULL,
  company_code VARCHAR(10) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  equipment_description VARCHAR(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  object_number VARCHAR(30) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  api_created_at DATETIME(3) NOT NULL,
  quality VARCHAR(10) NOT NULL,
  quality_code VARCHAR(200) NULL,
  page INT UNSIGNED NOT NULL,
  position INT UNSIGNED NOT NULL,
  PRIMARY KEY (equipment_id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci
