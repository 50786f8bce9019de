-- Purpose: what a person has set up. Parameters: owner, name. Caller: cmms.views.saved_views.
SELECT body FROM view_preferences WHERE owner = %(owner)s AND name = %(name)s
