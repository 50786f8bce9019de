"""A list joins the tables that its columns name, as declared; here they are looked for in the SQL."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from cmms.listing.definition import Field, Join, ListQuery, select_page_keys, select_rows
from cmms_ui.definition.schema import Resource
from cmms_ui.resources import RESOURCES

JOINING = [resource for resource in RESOURCES.values() if resource.joins]


def _named(resource: Resource, sql: str) -> set[str]:
    return {alias for alias in resource.joins if re.search(rf"\b{alias}\.", sql)}


@pytest.mark.feature("STK-03")
@pytest.mark.parametrize("resource", JOINING, ids=lambda resource: resource.name)
def test_a_column_declares_the_joins_that_it_names(resource: Resource) -> None:
    for field in resource.listing.fields:
        assert set(field.aliases) & set(resource.joins) == _named(resource, field.source), field.name


@pytest.mark.feature("STK-03")
@pytest.mark.parametrize("resource", JOINING, ids=lambda resource: resource.name)
def test_a_join_declares_those_before_it_that_it_names(resource: Resource) -> None:
    before: set[str] = set()
    for alias, join in resource.joins.items():
        assert set(join.after) == _named(resource, join.sql) - {alias}, alias
        assert set(join.after) <= before, alias
        before.add(alias)


@pytest.mark.feature("STK-03")
@pytest.mark.parametrize("resource", JOINING, ids=lambda resource: resource.name)
def test_what_no_column_decides_names_the_lists_own_table_alone(resource: Resource) -> None:
    listing = resource.listing
    conditions = [*listing.scopes.values(), *listing.chips.values(), *(known.on for known in listing.relations)]
    assert [sql for sql in [listing.key, *conditions] if _named(resource, sql)] == []


@pytest.mark.feature("STK-03")
def test_only_what_is_needed_is_joined_with_what_it_needs_itself() -> None:
    joins = {
        "e": Join("JOIN equipment e ON e.id = d.e"),
        "p": Join("JOIN plants p ON p.id = e.p", after=("e",)),
        "g": Join("JOIN gs g ON 1"),
    }
    fields = (Field("id", "d.id"), Field("plant", "p.code"), Field("group", "UPPER(g.name)", joins=("g",)))
    listing = replace(
        JOINING[0].listing,
        table="dues d",
        key="d.id",
        fields=fields,
        joins=joins,
        scopes={},
        chips={},
        relations=(),
        order=(),
    )
    assert "JOIN" not in str(select_page_keys(listing, ListQuery()))
    by_plant = str(select_page_keys(listing, ListQuery(order=(("plant", False),))))
    assert "dues d JOIN equipment e ON e.id = d.e JOIN plants p ON p.id = e.p" in by_plant
    assert "gs g" not in by_plant
    assert "JOIN gs g ON 1" in str(select_page_keys(listing, ListQuery(order=(("group", False),))))
    assert str(select_rows(listing, [1])).count("JOIN ") == 3
