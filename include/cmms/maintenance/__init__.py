"""Preventive maintenance: plans, what they ask of each machine, dues, work orders. See docs/decisions/0018."""
