-- Purpose: a request that failed may be sent again. Parameters: actor, request. Caller: cmms.access.answer_request.
DELETE FROM action_requests WHERE actor = %(actor)s AND request = %(request)s
