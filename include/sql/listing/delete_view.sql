-- Purpose: forget a view of one's own. Parameters: owner, resource, id. Caller: cmms.listing.saved_views.
DELETE FROM saved_views WHERE id = %(id)s AND owner = %(owner)s AND resource = %(resource)s
