-- Purpose: the views of a list that a person may open: their own, and what others share. Parameters: owner, resource.
-- Caller: cmms.listing.saved_views.
SELECT id, owner, name, body, is_shared, is_default AND owner = %(owner)s AS is_default, owner = %(owner)s AS is_own
FROM saved_views
WHERE resource = %(resource)s AND (owner = %(owner)s OR is_shared = 1)
ORDER BY is_own DESC, name, owner
