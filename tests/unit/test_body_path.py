"""Paths into a body: keys with dots, quotes, elements of lists."""

import pytest

from cmms.body_path import MISSING, check_path, pick
from cmms.errors import SettingsError
from cmms.settings import parse_settings

LINKS = {"links": [{"rel": "self", "href": "a"}, {"rel": "Next", "href": "b"}, {"rel": ["last", "end"], "href": "c"}]}


@pytest.mark.parametrize(
    ("body", "path", "found"),
    [
        ({"meta": {"total": "5"}}, "meta.total", "5"),
        ({"meta": {"total": "5"}}, "$.meta.total", "5"),
        ({"meta": {"total": None}}, "meta.total", None),
        ({"meta": None}, "meta.total", MISSING),
        ({}, "meta.total", MISSING),
        ({"@odata.nextLink": "n"}, "@odata.nextLink", "n"),
        ({"@odata": {"nextLink": "n"}}, "@odata.nextLink", "n"),
        ({"@odata": {"nextLink": "m"}, "@odata.nextLink": "n"}, "@odata.nextLink", "n"),
        ({"d": {"@odata.count": "7"}}, "d.@odata.count", "7"),
        ({"d": {"odata.count": "7"}}, 'd."odata.count"', "7"),
        ({"d": {"odata.count": "7"}}, r"d.odata\.count", "7"),
        ({"d": {"odata": {"count": "8"}}}, r"d.odata\.count", MISSING),
        (LINKS, "links[rel=next].href", "b"),
        (LINKS, 'links[rel="next"].href', "b"),
        (LINKS, "links[rel=end].href", "c"),
        (LINKS, "links[rel=prev].href", MISSING),
        (LINKS, "links[0].href", "a"),
        (LINKS, "links[9].href", MISSING),
        (LINKS, "links.href", MISSING),
        ({"links": {"rel": "next"}}, "links[rel=next].href", MISSING),
        ({"a": [{"b": [{"c": "1"}]}]}, "a[0].b[0].c", "1"),
        (["x"], "a", MISSING),
        ({"a": "1"}, "", {"a": "1"}),
    ],
)
def test_a_path_leads_to_its_value(body, path, found):
    assert pick(body, path) == found if found is not MISSING else pick(body, path) is MISSING


@pytest.mark.parametrize("path", ["a..b", "a.", ".a", "a[", "a[rel]", "a[rel=x", "a]b", '"a'])
def test_a_path_that_cannot_be_read_is_a_settings_error(path):
    with pytest.raises(ValueError, match="a path such as"):
        check_path(path)
    with pytest.raises(SettingsError, match=r"pagination\.next_path"):
        parse_settings({"api": {"pagination": {"next_path": path}}})
