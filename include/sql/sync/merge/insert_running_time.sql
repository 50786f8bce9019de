-- Purpose: the same by multi-row INSERT, for servers that forbid LOAD DATA LOCAL.
-- Caller: cmms.sync.merge.stage_rows. {stage} is the checked table name.
INSERT INTO {stage}
  (equipment_id, plant_id, point, date, date_time, description, running_hours, cumulative_hours, company_code,
   equipment_description, object_number, api_created_at, quality, quality_code, page, position)
VALUES
  (%(equipment_id)s, %(plant_id)s, %(point)s, %(date)s, %(date_time)s, %(description)s, %(running_hours)s,
   %(cumulative_hours)s, %(company_code)s, %(equipment_description)s, %(object_number)s, %(api_created_at)s, %(quality)s,
   %(quality_code)s, %(page)s, %(position)s)
