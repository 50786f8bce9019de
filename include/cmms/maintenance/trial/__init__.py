"""What a plan would have asked in the past: the rules of maintenance, replayed over stored life hours.

Pure: no database, no clock. :mod:`replay_days` replays each day and is exact; :mod:`replay_marks` goes from service to
service by the life hours at the ends of months, fast enough for all machines of a large site.
"""
