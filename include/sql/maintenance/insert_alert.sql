-- Purpose: the one alert of an evaluation by which machines have become due. Level medium: for the view, nobody is sent it.
-- Parameters: fingerprint, title, body, respond_by, at. Caller: cmms.maintenance.notify_dues.
INSERT INTO alert_events (fingerprint, rule_key, level, title, body, respond_by, first_at, last_at)
VALUES (%(fingerprint)s, 'maintenance_due', 'medium', %(title)s, %(body)s, %(respond_by)s, %(at)s, %(at)s)
