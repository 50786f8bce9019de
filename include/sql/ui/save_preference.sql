-- Purpose: keep what a person has set up. Parameters: owner, name, body. Callers: cmms.views.saved_views,
--   cmms.views.action_progress.
INSERT INTO view_preferences (owner, name, body) VALUES (%(owner)s, %(name)s, %(body)s)
ON DUPLICATE KEY UPDATE body = %(body)s, updated_at = UTC_TIMESTAMP(3)
