-- Purpose: what a person has set up. Parameters: owner, name. Callers: cmms.views.saved_views, cmms.views.action_progress.
SELECT body FROM view_preferences WHERE owner = %(owner)s AND name = %(name)s
