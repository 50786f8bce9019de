-- Purpose: a list opens with one view at most. Parameters: owner, resource. Caller: cmms.listing.saved_views.
UPDATE saved_views SET is_default = 0 WHERE owner = %(owner)s AND resource = %(resource)s AND is_default = 1
