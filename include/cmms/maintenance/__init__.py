"""Preventive maintenance: plans, what they ask of each machine, dues, work orders. See ``include/sql/schema/0008_maintenance.sql``."""
