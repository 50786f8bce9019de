-- Purpose: keep what a person has set up. Parameters: owner, name, body. Callers: cmms.listing.saved_views,
--   cmms.access.action_progress.
INSERT INTO view_preferences (owner, name, body) VALUES (%(owner)s, %(name)s, %(body)s)
ON DUPLICATE KEY UPDATE body = %(body)s, updated_at = UTC_TIMESTAMP(3)
