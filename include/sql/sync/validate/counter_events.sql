-- Purpose: machines whose counter decrease on that day a person has accepted.
-- Parameters: day. Callers: cmms.sync.validate.load_reference, cmms.sync.validate.load_record_reference.
SELECT equipment_id FROM counter_events WHERE date = %(day)s
