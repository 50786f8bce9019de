-- Purpose: open alerts that somebody has not read. Parameters: reader. Caller: cmms.alerts.handle_alerts.
SELECT COUNT(*) AS unread FROM alert_events a
WHERE a.open_flag = 1
  AND NOT EXISTS (SELECT 1 FROM notification_reads n WHERE n.alert_event_id = a.id AND n.reader = %(reader)s)
