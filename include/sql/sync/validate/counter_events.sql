-- Purpose: machines whose counter decrease on that day a person has accepted.
-- Parameters: day. Caller: cmms.sync.validate.load_reference.
SELECT equipment_id FROM counter_events WHERE date = %(day)s
