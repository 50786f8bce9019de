-- Purpose: alerts that nobody takes care of yet. Parameters: ids. Caller: cmms.alerts.handle_alerts.
SELECT id FROM alert_events WHERE id IN %(ids)s AND status = 'firing' ORDER BY id FOR UPDATE
