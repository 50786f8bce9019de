-- Purpose: keep a list under a name; the same name again replaces it. Parameters: owner, resource, name, body,
-- is_shared, is_default. Caller: cmms.listing.saved_views.
INSERT INTO saved_views (owner, resource, name, body, is_shared, is_default)
VALUES (%(owner)s, %(resource)s, %(name)s, %(body)s, %(is_shared)s, %(is_default)s)
ON DUPLICATE KEY UPDATE body = %(body)s, is_shared = %(is_shared)s, is_default = %(is_default)s
