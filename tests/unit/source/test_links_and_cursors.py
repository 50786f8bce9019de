"""Hints of the kind next_page: links and cursors are followed in any spelling, and what they promise has to come."""

import pytest

from cmms.errors import ApiRefused, BadPayload
from tests.unit.source.answering import CURSORS, THREE, TWO, answered, doubts, refusal
from tests.unit.source.fetching import fetch
from tests.unit.source.scripted_source import Scripted, scripted


@pytest.mark.feature("SRC-01")
def test_a_next_link_that_its_standard_leaves_out_at_the_end_may_be_absent(tmp_path):
    paging = {"style": "next_link", "next_path": "@odata.nextLink"}
    assert doubts(answered(tmp_path, {"value": THREE}, pagination=paging, records_path="value")[0]) == []


@pytest.mark.feature("SRC-01", "SYNC-03")
def test_odata_links_and_counts_are_followed(tmp_path):
    first = {"@odata.count": 5, "value": THREE, "@odata.nextLink": "equipment?$skiptoken=3"}
    paging = {"style": "next_link", "next_path": "@odata.nextLink", "total_path": "@odata.count"}
    fetched, targets = answered(tmp_path, first, {"value": TWO}, first, pagination=paging, records_path="value")
    assert len(fetched.records) == 5
    assert targets[1] == "/equipment?$skiptoken=3"


@pytest.mark.feature("SRC-01")
@pytest.mark.parametrize(
    "rel",
    [
        "next",
        "next nofollow",
        ["item", "next"],
        "http://www.iana.org/assignments/relation/next",
        "nextPage",
        "next-page",
    ],
)
def test_links_in_a_list_are_followed_by_their_rel(tmp_path, rel):
    first = {
        "data": THREE,
        "links": [{"rel": "self", "href": "/e"}, {"rel": rel, "href": "{base_url}/equipment?p=2"}],
    }
    paging = {"style": "next_link", "next_path": "links[rel=next].href"}
    last = {"data": TWO, "links": [{"rel": "self", "href": "/e"}]}
    fetched, targets = answered(tmp_path, first, last, pagination=paging)
    assert (len(fetched.records), targets[1:]) == (5, ["/equipment?p=2"])


@pytest.mark.feature("SRC-01")
@pytest.mark.parametrize("last", [0, "0", -1, "", None])
def test_a_cursor_that_names_no_page_is_the_end(tmp_path, last):
    pages = [{"data": THREE, "next": 7}, {"data": TWO, "next": last}]
    fetched, targets = answered(tmp_path, *pages, pagination=CURSORS)
    assert (len(fetched.records), len(targets), doubts(fetched)) == (5, 2, [])


@pytest.mark.feature("SRC-01", "SYNC-03")
def test_a_negative_cursor_is_followed(tmp_path):
    pages = [{"data": THREE, "next": -4611686018427387904}, {"data": TWO, "next": None}]
    fetched, targets = answered(tmp_path, *pages, pagination=CURSORS)
    assert (len(fetched.records), "cursor=-4611686018427387904" in targets[1]) == (5, True)


@pytest.mark.feature("SRC-01")
@pytest.mark.parametrize("last", [[], TWO], ids=["empty", "records"])
def test_the_same_cursor_again_is_the_end_unless_more_is_promised(tmp_path, last):
    pages = [{"data": THREE, "next": "c1"}, {"data": last, "next": "c1"}]
    fetched, targets = answered(tmp_path, *pages, pagination=CURSORS)
    assert (len(fetched.records), len(targets), doubts(fetched)) == (3 + len(last), 2, [])
    pages[1]["hasMore"] = True
    assert refusal(tmp_path, *pages, pagination=CURSORS).context["hint"] == "has_more"


@pytest.mark.feature("SRC-01")
@pytest.mark.parametrize("beside", [{"cursor": "c1"}, {"paging": {"cursors": {"after": "c1"}}}], ids=str)
def test_a_cursor_elsewhere_than_the_setting_looks_for_it_is_a_hint(tmp_path, beside):
    assert refusal(tmp_path, {"data": THREE, **beside}, pagination={"style": "cursor"}).context["hint"] == "next_page"
    for said in ({"meta": {"next_cursor": None}}, {"total": 3}, {"hasMore": False}):
        fetched, _ = answered(tmp_path, {"data": THREE, **beside, **said}, pagination={"style": "cursor"})
        assert doubts(fetched) == []
    pages = [{"data": THREE, **beside, "meta": {"next_cursor": "c2"}}, {"data": TWO, **beside}]
    assert doubts(answered(tmp_path, *pages, pagination={"style": "cursor"})[0]) == []


@pytest.mark.feature("SRC-01", "SYNC-03")
@pytest.mark.parametrize(
    "rel", ['rel="last next"', "REL=next", "rel=nextPage", 'rel="Next"', 'title="x, y; rel=first"; rel="next"']
)
def test_a_link_header_is_followed_in_any_spelling(tmp_path, rel):
    first = Scripted({"data": THREE}, headers={"Link": f"</equipment?p=2>; {rel}"})
    assert len(answered(tmp_path, first, {"data": TWO}, pagination={"style": "link_header"})[0].records) == 5


@pytest.mark.parametrize(
    "paging", [{"style": "page", "has_more_path": "more"}, {"style": "next_link", "next_path": "more"}]
)
def test_a_value_that_is_neither_flag_nor_link_is_a_bad_payload(tmp_path, paging):
    refusal(tmp_path, {"data": THREE, "more": {"a": 1}}, kind=BadPayload, pagination=paging)


@pytest.mark.feature("SRC-01")
@pytest.mark.parametrize("end", [Scripted(b"no such page", status=404), Scripted(status=204)], ids=["404", "204"])
@pytest.mark.parametrize(
    ("beside", "paging"),
    [({"next": "c2", "hasMore": True}, CURSORS),
     ({"next": "/equipment?p=2"}, {"style": "next_link", "next_path": "next"}), ({"again": "yes"}, {"has_more_path": "again"}),
     ({"hasMore": True}, {"size": 3}), ({"meta": {"last_page": 2}}, {}), ({"links": {"next": "/e?p=2"}}, {"size": 100})],
    ids=str,
)  # fmt: skip
def test_a_page_that_was_promised_and_is_not_there_is_a_hint(tmp_path, end, beside, paging):
    nothing = ["null", "no_content", "not_found"]
    page = {"data": THREE, **beside}
    error = refusal(tmp_path, page, end, pagination=paging, empty_answers=nothing)
    assert error.context["hint"] in ("next_page", "has_more")
    hints = {"next_page": "ignore", "has_more": "ignore", "pages": "ignore"}
    assert len(answered(tmp_path, page, end, pagination=paging, empty_answers=nothing, hints=hints)[0].records) == 3


@pytest.mark.feature("SRC-01")
@pytest.mark.parametrize("end", [Scripted(b"no such page", status=404), Scripted(status=204), {"data": []}], ids=str)
@pytest.mark.parametrize(
    ("beside", "paging"),
    [({"next": "c2"}, CURSORS), ({"after": "c2"}, {"style": "cursor", "cursor_path": "after"})],
    ids=str,
)
def test_nothing_behind_a_cursor_is_the_end(tmp_path, end, beside, paging):
    """Many sources send a cursor with every page; sources.md knows 204 and 404 as an end."""
    nothing = ["null", "no_content", "not_found"]
    fetched, _ = answered(tmp_path, {"data": THREE, **beside}, end, pagination=paging, empty_answers=nothing)
    assert (len(fetched.records), doubts(fetched)) == (3, [])


@pytest.mark.feature("SRC-01")
def test_a_page_in_the_middle_that_is_not_there_is_a_hint(tmp_path):
    first, last = ({"data": data, "meta": {"last_page": 3}} for data in (THREE, TWO))
    answers = (first, Scripted(b"no such page", status=404), last)
    assert refusal(tmp_path, *answers, empty_answers=["not_found"]).context["hint"] == "next_page"


@pytest.mark.parametrize("link", ["https://127.0.0.1:{port}/equipment?p=2", "http://elsewhere.example/x"])
def test_a_link_to_another_scheme_or_host_is_refused_with_both(tmp_path, link):
    with scripted({}) as source:
        source.answers = [Scripted({"data": THREE, "links": {"next": link.format(port=source.port)}})]
        with pytest.raises(ApiRefused) as caught:
            fetch(source, tmp_path, pagination={"style": "next_link"})
        assert source.base_url in str(caught.value)
        assert link.format(port=source.port).partition("/e")[0].partition("/x")[0] in str(caught.value)
        assert len(source.targets) == 1
