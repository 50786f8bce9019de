"""Step 4a, equipment groups: the source's own group field, else the first classification rule that matches.

Input: valid equipment rows and the ordered rules of ``equipment_group_rules``. Output: the column ``group_name``.
A group set by hand is protected later, by the merge.
"""

from __future__ import annotations

import polars as pl

from cmms.database import Connection, query
from cmms.sync.match_rules import compile_rules, find_group

SOURCE = "source"
RULE = "rule"


def classify_groups(rows: pl.DataFrame, connection: Connection, *, has_group_field: bool) -> pl.DataFrame:
    """Add ``group_name`` (null when nothing matches).

    Args:
        rows: with equipment_number, equipment_description, plant_code, company_code and equipment_group.
        connection: to read the rules.
        has_group_field: the settings name a source field for the group; then rules are not asked.
    """
    if has_group_field:
        return rows.with_columns(group_name=pl.col("equipment_group"))
    rules = compile_rules(
        (row["field"], row["pattern"], row["group_name"]) for row in query(connection, "stage/group_rules")
    )
    if not rules:
        return rows.with_columns(group_name=pl.lit(None, dtype=pl.String))
    fields = sorted({rule.field for rule in rules})
    names = [find_group(rules, row) for row in rows.select(fields).iter_rows(named=True)]
    return rows.with_columns(pl.Series("group_name", names, dtype=pl.String))
