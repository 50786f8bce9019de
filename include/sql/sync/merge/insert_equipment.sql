-- Purpose: the same by multi-row INSERT, for servers that forbid LOAD DATA LOCAL.
-- Caller: cmms.sync.merge.stage_rows. {stage} is the checked table name.
INSERT INTO {stage}
  (equipment_number, plant_id, company_code, equipment_description, object_number, point, api_created_at, group_name,
   page, position)
VALUES
  (%(equipment_number)s, %(plant_id)s, %(company_code)s, %(equipment_description)s, %(object_number)s, %(point)s,
   %(api_created_at)s, %(group_name)s, %(page)s, %(position)s)
