-- Stream: running_time.
-- Purpose: store a day of which nothing is stored yet, straight from a chunk's file, without a staging table. LOCAL makes
--   of every error a warning and goes on: the caller rolls back unless all rows came in without one.
-- Parameters: file, sync_log_id. Caller: cmms.sync.merge.merge_running_time.
LOAD DATA LOCAL INFILE %(file)s INTO TABLE equipment_running_times
CHARACTER SET utf8mb4
FIELDS TERMINATED BY '\t' OPTIONALLY ENCLOSED BY '"' ESCAPED BY ''
LINES TERMINATED BY '\n'
  (equipment_id, plant_id, date, {columns}, quality, quality_code, @page, @position)
SET sync_log_id = %(sync_log_id)s
