-- Purpose: which optional columns of the master data hold anything: a renamed source field would erase them.
-- Caller: cmms.sync.validate.check_contract.
SELECT
  EXISTS (SELECT 1 FROM equipment WHERE company_code IS NOT NULL) AS company_code,
  EXISTS (SELECT 1 FROM equipment WHERE equipment_description IS NOT NULL) AS equipment_description,
  EXISTS (SELECT 1 FROM equipment WHERE object_number IS NOT NULL) AS object_number,
  EXISTS (SELECT 1 FROM equipment WHERE point IS NOT NULL) AS point
