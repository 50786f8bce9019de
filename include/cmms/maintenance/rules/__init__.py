"""The rules of preventive maintenance, pure: from a plan and what was done to the next occurrence of each package.

No database, no Airflow, no clock. :mod:`values` has the vocabulary; :mod:`next_occurrence`, :mod:`due_status` and
:mod:`horizon` answer for one machine in Decimal; the modules that end in ``_arrays`` answer for many at once.
"""
