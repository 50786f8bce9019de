-- Purpose: from this day on the counter goes on where it is now.
-- Caller: cmms.sync.accept_counters.
INSERT INTO counter_events (equipment_id, date, kind, old_final, reason, created_by)
VALUES (%(equipment_id)s, %(reading_date)s, %(kind)s, %(old_final)s, %(reason)s, %(user)s)
ON DUPLICATE KEY UPDATE kind = VALUES(kind), reason = VALUES(reason), created_by = VALUES(created_by)
