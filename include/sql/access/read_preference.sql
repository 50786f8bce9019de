-- Purpose: what a person has set up. Parameters: owner, name. Callers: cmms.listing.saved_views, cmms.access.action_progress.
SELECT body FROM view_preferences WHERE owner = %(owner)s AND name = %(name)s
