-- Stream: any.
-- Purpose: staging table of one day's records, one a machine; one per run, unit and attempt; dropped after the merge.
-- Caller: cmms.sync.merge.stage_rows. {stage} is the checked table name. No foreign keys; the merge reads it in key order.
CREATE TABLE {stage} (
  equipment_id BIGINT UNSIGNED NOT NULL,
  plant_id BIGINT UNSIGNED NOT NULL,
  date DATE NOT NULL,
  {definitions},
  quality VARCHAR(10) NOT NULL,
  quality_code VARCHAR(200) NULL,
  page INT UNSIGNED NOT NULL,
  position INT UNSIGNED NOT NULL,
  PRIMARY KEY (equipment_id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci
