"""Hints of the kind has_more: a flag that says whether a further page exists is obeyed, or refused by name."""

import re

import pytest

from tests.unit.source.answering import CURSORS, NEXT_LINKS, NONE, THREE, TWO, answered, doubts, refusal


@pytest.mark.feature("SRC-01")
@pytest.mark.parametrize("style", ["none", "page", "offset", "cursor", "next_link", "link_header"])
def test_a_flag_that_no_style_uses_is_noticed_with_each_of_them(tmp_path, style):
    assert (
        refusal(tmp_path, {"data": THREE, "hasMore": True}, pagination={"style": style}).context["hint"] == "has_more"
    )


@pytest.mark.feature("SRC-01")
@pytest.mark.parametrize("has_more_path", ["pageInfo.hasNextPage", None])
def test_a_flag_ends_a_cursor_trail_although_a_cursor_comes_along(tmp_path, has_more_path):
    paging = {"style": "cursor", "cursor_path": "pageInfo.endCursor", "has_more_path": has_more_path}
    pages = [
        {"data": THREE, "pageInfo": {"endCursor": "c1", "hasNextPage": True}},
        {"data": TWO, "pageInfo": {"endCursor": "c2", "hasNextPage": False}},
    ]
    fetched, targets = answered(tmp_path, *pages, pagination=paging)
    assert (len(fetched.records), len(targets), doubts(fetched)) == (5, 2, [])


@pytest.mark.feature("SRC-01")
@pytest.mark.parametrize("style", ["page", "offset"])
def test_a_flag_leads_to_the_next_page_of_a_source_that_caps_its_pages(tmp_path, style):
    pages = [{"data": THREE, "more": "yes"}, {"data": TWO, "more": "no"}]
    fetched, targets = answered(tmp_path, *pages, pagination={"style": style, "has_more_path": "more"})
    assert (len(fetched.records), len(targets)) == (5, 2)


@pytest.mark.feature("SRC-01")
@pytest.mark.parametrize("paging", [{"style": "page"}, {"style": "offset"}, CURSORS, NEXT_LINKS], ids=str)
@pytest.mark.parametrize(
    ("path", "first", "last"),
    [("last", False, True), ("isLastPage", "false", "true"), ("page.done", False, True), ("meta.complete", "no", "yes"),
     ("end", False, True), ("eof", False, True), ("exhausted", False, True), ("IS_LAST", "", "X"), ("isEnd", 0, 1),
     ("remaining", 2, 0), ("meta.remainingRecords", "2", "0"), ("hasMore", True, False), ("truncated", True, False)],
)  # fmt: skip
def test_a_flag_that_a_setting_names_is_read_by_its_name(tmp_path, paging, path, first, last):
    def page(data, flag):
        outer, _, inner = path.rpartition(".")
        return {"data": data, "next": "/equipment?p=2", **({outer: {inner: flag}} if outer else {inner: flag})}

    pages = [page(THREE, first), page(TWO, last)]
    fetched, targets = answered(tmp_path, *pages, pagination={**paging, "size": 3, "has_more_path": path})
    assert (len(fetched.records), len(targets), doubts(fetched)) == (5, 2, [])


@pytest.mark.feature("SRC-01")
@pytest.mark.parametrize("beside", [{"last": False}, {"IS_LAST": ""}, {"remaining": 2}, {"hasMore": "yes"}], ids=str)
def test_a_flag_that_is_set_as_the_hint_says_is_obeyed(tmp_path, beside):
    advice = re.search(r"has_more_path: (\w+)", str(refusal(tmp_path, {"data": THREE, **beside}, pagination=NONE)))
    paging = {"size": 3, "has_more_path": advice[1]}
    fetched, _ = answered(tmp_path, {"data": THREE, **beside}, {"data": []}, pagination=paging)
    assert len(fetched.records) == 3


@pytest.mark.feature("SRC-01")
@pytest.mark.parametrize(
    "beside", [{"done": True}, {"complete": True}, {"incomplete_results": False}, {"filters": {"hasMore": False}}], ids=str
)  # fmt: skip
def test_a_flag_about_something_else_does_not_end_a_cursor_trail(tmp_path, beside):
    pages = [{"data": THREE, "next": "c1", **beside}, {"data": TWO, "next": None, **beside}]
    fetched, targets = answered(tmp_path, *pages, pagination=CURSORS)
    assert (len(fetched.records), len(targets), doubts(fetched)) == (5, 2, [])


@pytest.mark.feature("SRC-01")
def test_a_flag_that_promises_a_page_without_a_cursor_to_it_is_refused(tmp_path):
    paging = {"style": "cursor", "cursor_path": "after", "has_more_path": "again"}
    assert (
        refusal(tmp_path, {"data": THREE, "after": None, "again": True}, pagination=paging).context["hint"]
        == "has_more"
    )
