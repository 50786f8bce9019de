-- Purpose: this request is being carried out; a second one of the same name breaks the unique key.
-- Parameters: actor, request, action, call_hash. Caller: cmms.access.claim_request.
INSERT INTO action_requests (actor, request, action, call_hash)
VALUES (%(actor)s, %(request)s, %(action)s, %(call_hash)s)
