-- Stream: equipment.
-- Purpose: the same by multi-row INSERT, for servers that forbid LOAD DATA LOCAL.
-- Caller: cmms.sync.merge.stage_rows. {stage} is the checked table name.
INSERT INTO {stage}
  (equipment_number, plant_id, {columns}, group_name, page, position)
VALUES
  (%(equipment_number)s, %(plant_id)s, {values}, %(group_name)s, %(page)s, %(position)s)
