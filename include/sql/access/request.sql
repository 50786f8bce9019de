-- Purpose: what became of a request. Parameters: actor, request. Caller: cmms.access.answer_request.
SELECT action, call_hash, outcome FROM action_requests WHERE actor = %(actor)s AND request = %(request)s
