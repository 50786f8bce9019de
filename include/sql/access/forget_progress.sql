-- Purpose: an action is over; also forgets those that died a day ago. Parameters: owner, name. Caller: cmms.access.action_progress.
DELETE FROM view_preferences
WHERE owner = %(owner)s AND name LIKE 'progress:%%'
  AND (name = %(name)s OR updated_at < UTC_TIMESTAMP(3) - INTERVAL 1 DAY)
