-- Stream: any.
-- Purpose: the same by multi-row INSERT, for servers that forbid LOAD DATA LOCAL.
-- Caller: cmms.sync.merge.stage_rows. {stage} is the checked table name.
INSERT INTO {stage}
  (equipment_id, plant_id, date, {columns}, quality, quality_code, page, position)
VALUES
  (%(equipment_id)s, %(plant_id)s, %(date)s, {values}, %(quality)s, %(quality_code)s, %(page)s, %(position)s)
