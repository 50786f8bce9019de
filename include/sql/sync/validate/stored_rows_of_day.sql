-- Stream: running_time.
-- Purpose: what is stored of a day, one text per machine, so that rows which would change nothing are not staged.
--   A value is '=' and its text, or '-' when it is NULL; between two of them stands NUL, which no value holds.
-- Parameters: day. Caller: cmms.sync.validate.load_reference; cmms.sync.validate.shape_rows writes the same text of the rows that came.
SELECT equipment_id, CONCAT_WS(CHAR(0 USING utf8mb4),
  CONCAT('=', plant_id), {text},
  CONCAT('=', quality), IFNULL(CONCAT('=', quality_code), '-')) AS stored_text
FROM equipment_running_times
WHERE date = %(day)s
