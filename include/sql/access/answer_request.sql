-- Purpose: what was answered to a request. Parameters: actor, request, outcome. Caller: cmms.access.answer_request.
UPDATE action_requests SET outcome = %(outcome)s WHERE actor = %(actor)s AND request = %(request)s
