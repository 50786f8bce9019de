"""Step 4a, equipment groups: the source's own group field, else the first classification rule that matches.

Input: valid equipment rows and the ordered rules of ``equipment_group_rules``. Output: the column ``group_name``.
A group set manually is protected later, by the merge. A rule that takes too long, or is no regular expression, never
stops a sync: the machines that it would have to decide about stay in their group, and the run says so.
"""

from __future__ import annotations

import logging

import polars as pl

from cmms.database import Connection, query
from cmms.sync.merge.match_rules import find_groups

log = logging.getLogger(__name__)

SOURCE = "source"
RULE = "rule"
RULE_SECONDS = 5.0
"""Of one rule for the machines of one chunk: a sound one takes milliseconds."""


def classify_groups(rows: pl.DataFrame, connection: Connection, *, has_group_field: bool) -> pl.DataFrame:
    """Add ``group_name`` (null when nothing matches).

    Args:
        rows: with equipment_number, equipment_description, plant_code, company_code and equipment_group.
        connection: to read the rules.
        has_group_field: the settings name a source field for the group; then rules are not asked.
    """
    if has_group_field:
        return rows.with_columns(group_name=pl.col("equipment_group"))
    rules = query(connection, "sync/merge/group_rules")
    if not rules or rows.is_empty():
        return rows.with_columns(group_name=pl.lit(None, dtype=pl.String))
    fields = sorted({rule["field"] for rule in rules})
    listed = [(rule["field"], rule["pattern"], rule["group_name"]) for rule in rules]
    matches = find_groups(listed, rows.select(fields).to_dicts(), rule_seconds=RULE_SECONDS)
    names = matches.groups
    if matches.undecided:
        present = {row["equipment_number"]: row["group_name"] for row in query(connection, "sync/merge/current_groups")}
        numbers = rows["equipment_number"].to_list()
        for position in matches.undecided:
            names[position] = present.get(numbers[position])
    for number in matches.unusable:
        log.warning(
            "the classification rule with priority %s (%.60r) takes too long or is no regular expression: machines that"
            " it would decide about stay in their group; correct or delete it",
            rules[number]["priority"],
            rules[number]["pattern"],
        )
    return rows.with_columns(pl.Series("group_name", names, dtype=pl.String))
