"""An answer that says that more exists than came is refused by name, unless a setting says otherwise; what no name promises is no hint."""

import re
from pathlib import Path

import pytest

from cmms.source import completeness_names
from tests.unit.source.answering import NONE, THREE, answered, doubts, refusal
from tests.unit.source.scripted_source import Scripted

OPERATIONS = Path(__file__).parents[3] / "docs/operations.md"


HINTS = [
    # what is beside the records, its kind, what the message names
    ({"@odata.nextLink": "E?$skiptoken=3"}, "next_page", "next_path: @odata.nextLink"),
    ({"odata.nextLink": "E?$skiptoken=3"}, "next_page", "next_path: odata.nextLink"),
    ({"__next": "http://x/E?$skiptoken=3"}, "next_page", "next_path: __next"),
    ({"next": "/equipment?page=2"}, "next_page", "next_path: next"),
    ({"next": "2"}, "next_page", "cursor_path: next"),
    ({"next_page": 2}, "next_page", "cursor_path: next_page"),
    ({"links": {"next": "/e?p=2"}}, "next_page", "next_path: links.next"),
    ({"_links": {"next": {"href": "/e?p=2"}}}, "next_page", "next_path: _links.next.href"),
    (
        {"links": [{"rel": "self", "href": "/e"}, {"rel": "next", "href": "/e?p=2"}]},
        "next_page",
        "links[rel=next].href",
    ),
    ({"Links": [{"Rel": "Next", "Href": "/e?p=2"}]}, "next_page", "Links[Rel=next].Href"),
    ({"meta": {"pagination": {"links": {"next": "/e?p=2"}}}}, "next_page", "meta.pagination.links.next"),
    ({"paging": {"next": {"after": "abc"}}}, "next_page", "cursor_path: paging.next.after"),
    ({"nextPageToken": "abc"}, "next_page", "cursor_path: nextPageToken"),
    ({"meta": {"next_cursor": "abc"}}, "next_page", "meta.next_cursor"),
    ({"response_metadata": {"next_cursor": "abc"}}, "next_page", "response_metadata.next_cursor"),
    ({"odd": {"continuationToken": "abc"}}, "next_page", "odd.continuationToken"),
    ({"pageInfo": {"endCursor": "c1", "hasNextPage": True}}, "has_more", "has_more_path: pageInfo.hasNextPage"),
    ({"hasMore": True}, "has_more", "has_more_path: hasMore"),
    ({"has_more": "true"}, "has_more", "has_more_path: has_more"),
    ({"HasMore": 1}, "has_more", "has_more_path: HasMore"),
    ({"moreRecords": True}, "has_more", "moreRecords"),
    ({"info": {"more_records": True}}, "has_more", "info.more_records"),
    ({"IsTruncated": True}, "has_more", "IsTruncated"),
    ({"done": False}, "has_more", "done"),
    ({"page": {"last": False}}, "has_more", "page.last"),
    ({"@odata.count": 5}, "total", "total_path: @odata.count"),
    ({"@odata.count": "5"}, "total", "total_path: @odata.count"),
    ({"__count": "5"}, "total", "total_path: __count"),
    ({"count": 5}, "total", "total_path: count"),
    ({"total": 5}, "total", "total_path: total"),
    ({"total_count": 5}, "total", "total_path: total_count"),
    ({"odd": {"totalCount": 5}}, "total", "odd.totalCount"),
    ({"pagination": {"total": 5}}, "total", "pagination.total"),
    ({"meta": {"pagination": {"total": 5}}}, "total", "meta.pagination.total"),
    ({"page": {"totalElements": 5, "totalPages": 2}}, "total", "page.totalElements"),
    ({"totalPages": 2}, "pages", "last_page_path: totalPages"),
    ({"meta": {"total_pages": 2}}, "pages", "meta.total_pages"),
    ({"pagination": {"pages": 2}}, "pages", "pagination.pages"),
    ({"page": {"current": 1, "of": 2}}, "pages", "page.of"),
    ({"links": {"self": "/e?page=1", "last": "/e?page=2"}}, "pages", "links.last"),
    ({"total": {"value": 5, "relation": "eq"}}, "total", "total_path: total.value"),
    ({"total": "1,005"}, "total", "total_path: total"),
    ({"total": 5.0}, "total", "total_path: total"),
    ({"TotalItemCount": 5}, "total", "TotalItemCount"),
    ({"nbHits": 5}, "total", "nbHits"),
    ({"range": "0-2/5"}, "total", "range"),
    ({"hydra:view": {"hydra:next": "/e?page=2"}}, "next_page", "hydra:view.hydra:next"),
    ({"metadata": {"continue": "c1", "remainingItemCount": 2}}, "has_more", "metadata.remainingItemCount"),
    ({"metadata": {"continue": "c1"}}, "next_page", "cursor_path: metadata.continue"),
    ({"nextStart": 3}, "next_page", "nextStart"),
    ({"next": {"page": 2}}, "next_page", "next.page"),
    ({"LastEvaluatedKey": {"id": {"S": "3"}}}, "next_page", "LastEvaluatedKey"),
    ({"cursor": "abc"}, "next_page", "cursor_path: cursor"),
    ({"limit": 3}, "next_page", "limit"),
    ({"limit": 3, "count": 3}, "next_page", "limit"),
    ({"meta": {"per_page": 3, "resultCount": 3}}, "next_page", "meta.per_page"),
    ({"atom:link": [{"relation": "http://example.com/rels/next", "url": "/e"}]}, "next_page", "atom:link"),
    ({"exceededTransferLimit": True}, "has_more", "exceededTransferLimit"),
    ({"isLast": "false"}, "has_more", "isLast"),
    ({"endOfList": False}, "has_more", "endOfList"),
    ({"remaining": 2}, "has_more", "remaining"),
    ({"status": "partial"}, "has_more", "status"),
    ({"_links": {"next": [{"href": "/e?page=2"}]}}, "next_page", "next_path: _links.next[0].href"),
    ({"next": ["abc"]}, "next_page", "cursor_path: next[0]"),
    ({"meta": {"nextCursor": [17, "x"]}}, "next_page", "meta.nextCursor"),
    ({"links": [{"self": "/e"}, {"next": "/e?page=2"}]}, "next_page", "next_path: links[1].next"),
    ({"link": {"rel": "next", "href": "/e?page=2"}}, "next_page", "next_path: link.href"),
    ({"links": {"@rel": "next", "@href": "/e?page=2"}}, "next_page", "next_path: links.@href"),
    ({"links": [{"rel": "next nofollow", "href": "/e?page=2"}]}, "next_page", "links[rel=next].href"),
    ({"navigation": [{"rel": "next", "href": "/e?page=2"}]}, "next_page", "navigation[rel=next].href"),
    ({"pages": [{"number": 1}, {"next": "/e?page=2"}]}, "next_page", "next_path: pages[1].next"),
    ({"meta": [{"total": 5}]}, "total", "total_path: meta[0].total"),
    ({"nextPageToken": "-Ab3_x"}, "next_page", "cursor_path: nextPageToken"),
    ({"next": {"href": None, "cursor": "abc"}}, "next_page", "cursor_path: next.cursor"),
    ({"LastEvaluatedKey": {"number": "0", "plant": "P001"}}, "next_page", "LastEvaluatedKey"),
    ({"totalCount": "5.0000000000000000E+00"}, "total", "total_path: totalCount"),
    ({"IS_LAST": ""}, "has_more", "IS_LAST"),
    ({"HAS_MORE": "X"}, "has_more", "HAS_MORE"),
    ({"after_cursor": "abc"}, "next_page", "cursor_path: after_cursor"),
    ({"after_url": "https://x/y?cursor=abc"}, "next_page", "next_path: after_url"),
    ({"after_cursor": "abc", "end_of_stream": False}, "has_more", "has_more_path: end_of_stream"),
    ({"links": [{"rel": "nextPage", "uri": "/e?p=2"}]}, "next_page", "next_path: links[rel=next].uri"),
    ({"links": [{"name": "nextPage", "uri": "/e?p=2"}]}, "next_page", "next_path: links[name=nextPage].uri"),
    ({"offset": "itrA1/recB2"}, "next_page", "cursor_path: offset"),
    ({"Result": {"NEXTCURSORPOSITION": 50}}, "next_page", "cursor_path: Result.NEXTCURSORPOSITION"),
    ({"nextId": -7}, "next_page", "cursor_path: nextId"),
    ({"EV_HAS_MORE": "X"}, "has_more", "has_more_path: EV_HAS_MORE"),
    ({"E_MORE_ROWS": "X"}, "has_more", "has_more_path: E_MORE_ROWS"),
    ({"EV_IS_LAST": ""}, "has_more", "has_more_path: EV_IS_LAST"),
    ({"EV_TOTAL": 5}, "total", "total_path: EV_TOTAL"),
    ({"ES_PAGING": {"EX_COUNT": 5}}, "total", "total_path: ES_PAGING.EX_COUNT"),
    ({"totalAssets": 5}, "total", "total_path: totalAssets"),
    ({"meta": {"total_equipment": 5}}, "total", "total_path: meta.total_equipment"),
    ({"equipmentCount": 5}, "total", "total_path: equipmentCount"),
    ({"numberOfDevices": 5}, "total", "total_path: numberOfDevices"),
    ({"totalPageCount": 2}, "pages", "last_page_path: totalPageCount"),
    ({"lastPageNumber": 2}, "pages", "last_page_path: lastPageNumber"),
    ({"pagesCount": 2}, "pages", "last_page_path: pagesCount"),
    ({"maxPage": 2}, "pages", "last_page_path: maxPage"),
    ({"isFinalPage": False}, "has_more", "has_more_path: isFinalPage"),
    ({"isFinished": False}, "has_more", "has_more_path: isFinished"),
    ({"total": {"count": 5}}, "total", "total_path: total.count"),
    ({"recordsFiltered": 5}, "total", "total_path: recordsFiltered"),
    ({"hasAdditionalRecords": True}, "has_more", "has_more_path: hasAdditionalRecords"),
    ({"responseInfo": {"count": 5}}, "total", "total_path: responseInfo.count"),
    ({"search_metadata": {"next_results": "?max_id=1"}}, "next_page", "next_path: search_metadata.next_results"),
    ({"nextRecords": "/e?page=2"}, "next_page", "next_path: nextRecords"),
    ({"nextSequence": 44}, "next_page", "cursor_path: nextSequence"),
    ({"resumeToken": "abc"}, "next_page", "cursor_path: resumeToken"),
    ({"continueToken": "abc"}, "next_page", "cursor_path: continueToken"),
    ({"links": '</e?page=1>; rel="self", </e?page=2>; rel="next"'}, "next_page", "(links"),
    ({"morePagesAvailable": True}, "has_more", "has_more_path: morePagesAvailable"),
    ({"has_more_page": "1"}, "has_more", "has_more_path: has_more_page"),
    ({"nextPageExists": "T"}, "has_more", "has_more_path: nextPageExists"),
    ({"partialResults": True}, "has_more", "has_more_path: partialResults"),
    ({"truncated_results": True}, "has_more", "has_more_path: truncated_results"),
    ({"limitHit": True}, "has_more", "has_more_path: limitHit"),
    ({"dataComplete": False}, "has_more", "has_more_path: dataComplete"),
    ({"totalFeatures": 5}, "total", "total_path: totalFeatures"),
    ({"EV_CNT": 5}, "total", "total_path: EV_CNT"),
    ({"DBCNT": "5"}, "total", "total_path: DBCNT"),
]


HEADERS = [
    ({"X-Total": "5"}, "total", "total_header: X-Total"),
    ({"Total-Count": "5"}, "total", "total_header: Total-Count"),
    ({"Content-Range": "items 0-2/5"}, "total", "Content-Range"),
    ({"Content-Range": "0-2/5"}, "total", "Content-Range"),
    ({"X-Total-Pages": "2"}, "pages", "X-Total-Pages"),
    ({"Link": '<{base_url}/equipment?page=2>; rel="next"'}, "next_page", "style: link_header"),
    ({"Link": "</e>; rel=self, </e?page=2>; rel=next"}, "next_page", "style: link_header"),
    ({"X-Next-Page": "2"}, "next_page", "X-Next-Page"),
    ({"X-Next-Cursor": "abc"}, "next_page", "cursor_header: X-Next-Cursor"),
    ({"X-Has-More": "true"}, "has_more", "X-Has-More"),
    ({"X-Pagination": '{"TotalCount": 5, "HasNext": false}'}, "total", "X-Pagination"),
    ({"Paging-Headers": '{"totalCount": 5, "nextPage": "No"}'}, "total", "Paging-Headers"),
    ({"Pagination-Total": "5"}, "total", "Pagination-Total"),
    ({"X-Pagination-Has-More": "true"}, "has_more", "X-Pagination-Has-More"),
    ({"X-Is-Last-Page": "false"}, "has_more", "X-Is-Last-Page"),
    ({"Link": '</e?page=2>; rel="last"'}, "pages", "Link"),
    ({"Link": '</e?page=2>; title="rel=first"; rel="next"'}, "next_page", "style: link_header"),
    ({"Link": '</e?page=2>; title="a <b>, c; d"; rel="next nofollow"'}, "next_page", "style: link_header"),
    ({"X-Total": "5, 5"}, "total", "total_header: X-Total"),
    ({"X-Total-Count": "3, 5"}, "total", "promises 5 records"),
    ({"X-Has-More": "false, true"}, "has_more", "X-Has-More"),
    ({"Content-Range": "items 0-2/5, items 0-2/5"}, "total", "Content-Range"),
    ({"X-Pagination": '{"nextCursor": "c1"}'}, "next_page", "set the pagination.style of the source"),
    ({"X-Pagination": '{"TotalCount": 5}, {"TotalCount": 5}'}, "total", "X-Pagination (TotalCount)"),
    ({"x-ms-continuation-NextPartitionKey": "P1"}, "next_page", "x-ms-continuation-NextPartitionKey"),
    ({"x-ms-continuation": "abc"}, "next_page", "cursor_header: x-ms-continuation"),
    ({"Total-Pages": "2"}, "pages", "Total-Pages"),
    ({"Next-Page-Token": "abc"}, "next_page", "cursor_header: Next-Page-Token"),
    ({"Next-Cursor": "abc"}, "next_page", "cursor_header: Next-Cursor"),
    ({"Continuation-Token": "abc"}, "next_page", "cursor_header: Continuation-Token"),
    ({"Record-Count": "5"}, "total", "total_header: Record-Count"),
    ({"X-SAP-Total-Count": "5"}, "total", "total_header: X-SAP-Total-Count"),
    ({"X-Api-Total-Count": "5"}, "total", "total_header: X-Api-Total-Count"),
    ({"Link": "</e?page=2>; rel=nextPage"}, "next_page", "style: link_header"),
]


@pytest.mark.feature("SRC-01")
@pytest.mark.parametrize(("beside", "kind", "named"), HINTS, ids=[str(hint[0]) for hint in HINTS])
def test_a_hint_in_the_body_that_no_setting_uses_fails_the_unit_and_names_itself(tmp_path, beside, kind, named):
    error = refusal(tmp_path, {**beside, "data": THREE}, pagination=NONE)
    assert error.context["hint"] == kind, error
    assert named in str(error) and f"hints.{kind}" in str(error)


@pytest.mark.feature("SRC-01")
@pytest.mark.parametrize(("headers", "kind", "named"), HEADERS, ids=[str(hint[0]) for hint in HEADERS])
def test_a_hint_in_a_header_that_no_setting_uses_fails_the_unit_and_names_itself(tmp_path, headers, kind, named):
    error = refusal(tmp_path, Scripted({"data": THREE}, headers=headers), pagination=NONE)
    assert error.context["hint"] == kind, error
    assert named in str(error)


@pytest.mark.feature("SRC-01")
@pytest.mark.parametrize(
    "beside",
    [
        {},
        {"count": 3},
        {"total": 3, "totalPages": 1},
        {"meta": {"total": 3, "last_page": 1, "per_page": 5000, "page": 1}},
        {"hasMore": False},
        {"hasMore": None},
        {"next": None, "links": {"next": None, "self": "/e"}},
        {"links": [{"rel": "self", "href": "/e"}, {"rel": "next", "href": None}]},
        {"next_page": 0, "nextPageToken": "", "next_offset": -1},
        {"pageInfo": {"endCursor": "c1", "hasNextPage": False}},
        {"pageInfo": {"endCursor": "c1"}},
        {"nextCursor": "c1", "hasMore": False},
        {"summary": {"total": 812, "count": 900}},
        {"total": 812.5},
        {"total": "many"},
        {"last": True, "done": True},
        {"limit": 5000, "per_page": 5000, "size": 100},
        {"included": [{"count": 99, "hasMore": True}]},
        {"limit": 3, "total": 3},
        {"limit": 3, "@odata.count": 3},
        {"limit": 3, "count": 3, "hasMore": False},
        {"limit": 5, "count": 3},
        {"size": 3, "pages": 1, "of": 1},
        {"cursor": "c1", "total": 3},
        {"links": {"self": "/e", "last": "/e?page=1"}},
        {"start": "2026-01-31", "end": "2026-01-31", "last": 0},
        {"incomplete_results": False, "truncated": False, "status": "complete"},
        {"remaining": 0, "rate": {"remaining": 99}},
        {"next": [], "nextCursor": [None], "meta": [{"total": 3}, {"total": 812}], "LastEvaluatedKey": {}},
        {
            "next": {"href": None, "title": "Next"},
            "link": {"rel": "self", "href": "/e"},
            "nextId": "-1",
            "IS_LAST": "X",
        },
        {"count": "3.0E+00", "total": "5e-1"},
        {
            "licenseInfo": {"total": 500},
            "plantInfo": {"records": 900, "equipmentCount": 900},
            "serverInfo": {"available": 7},
        },
        {"summary": {"totalMachines": 812, "equipment_count": 812}, "offset": "+01:00"},
        {"after_cursor": "abc", "after_url": "/e?cursor=abc", "end_of_stream": True},
        {"EV_HAS_MORE": "", "EV_TOTAL": 3, "totalAssets": 3, "total": {"count": 3}, "maxPage": 1},
        {"offset": 50, "nextId": -1, "nextOffset": 0},
        {"partialResults": [], "limitHit": False, "dataComplete": True, "DBCNT": 3, "nextRecords": "", "hasNext": "F"},
        {"links": '</e?page=1>; rel="self"', "plantStatus": {"cnt": 900}},
    ],
    ids=str,
)
def test_what_is_no_hint_is_none(tmp_path, beside):
    records = [{"EQUNR": "1", "count": 99, "hasMore": True, "next": "/x", "total": 7}, *THREE[1:]]
    fetched, _ = answered(tmp_path, {"data": records, **beside}, pagination=NONE)
    assert (len(fetched.records), doubts(fetched)) == (3, [])


@pytest.mark.feature("SRC-01")
@pytest.mark.parametrize(
    "headers", [{"X-RateLimit-Remaining": "99", "X-Remaining": "99", "X-Request-Id": "7"}, {"Content-Range": "bytes 0-99/500"}, {"X-Total-Count": "3, 3"}, {"X-Total-Count": "\u00b2"}, {"Link": '</e>; title="rel=next"'}, {"Link": "</e?page=1>; rel=prev"}, {"X-Next-Page": ""}], ids=str
)  # fmt: skip
def test_headers_that_promise_nothing_are_no_hints(tmp_path, headers):
    fetched, _ = answered(tmp_path, Scripted({"data": THREE}, headers=headers), pagination=NONE)
    assert (len(fetched.records), doubts(fetched)) == (3, [])


@pytest.mark.feature("SRC-01")
@pytest.mark.parametrize(
    ("kind", "beside"),
    [("next_page", {"next": "/x?p=2"}), ("has_more", {"hasMore": True}), ("total", {"count": 5}), ("pages", {"totalPages": 2}),
     ("missing_path", {})],
)  # fmt: skip
def test_a_setting_for_each_kind_of_hint_decides_what_follows(tmp_path, kind, beside):
    paging = {"style": "next_link", "next_path": "paging.following"} if kind == "missing_path" else NONE
    body = {"data": THREE, **beside}
    refusal(tmp_path, body, strict=False, hints={kind: "fail"}, pagination=paging)
    for options in ({"strict": True, "hints": {kind: "warn"}}, {"strict": False}):
        [sentence] = doubts(answered(tmp_path, body, pagination=paging, **options)[0])
        assert f"hints.{kind}" in sentence
    assert doubts(answered(tmp_path, body, strict=True, hints={kind: "ignore"}, pagination=paging)[0]) == []


@pytest.mark.feature("SRC-01")
@pytest.mark.parametrize(
    "paging",
    [{"style": "none", "total_path": "summary.records"}, {"style": "next_link", "next_path": "paging.following"},
     {"style": "cursor", "cursor_path": "page.after"}, {"style": "page", "has_more_path": "more.pages"},
     {"style": "page", "last_page_path": "meta.pages"}],
)  # fmt: skip
def test_a_path_that_is_set_and_leads_nowhere_on_the_first_page_is_refused(tmp_path, paging):
    error = refusal(tmp_path, {"data": THREE}, pagination=paging)
    assert error.context["hint"] == "missing_path"
    path = next(path for path in paging.values() if "." in path)
    assert path in str(error)
    assert len(answered(tmp_path, {"data": [], "meta": {"total": 0}}, pagination=paging)[0].records) == 0


@pytest.mark.feature("SRC-01")
@pytest.mark.parametrize(
    ("beside", "headers"),
    [
        ({"status": "partial"}, {}),
        ({"range": "0-2/5"}, {}),
        ({"LastEvaluatedKey": {"id": "3"}}, {}),
        ({}, {"X-Next": "/e?p=2"}),
    ],
    ids=str,
)
def test_a_hint_that_no_setting_can_read_advises_none(tmp_path, beside, headers):
    error = refusal(tmp_path, Scripted({"data": THREE, **beside}, headers=headers), pagination=NONE)
    assert "set the pagination.style of the source, or" in str(error)


@pytest.mark.feature("SRC-01")
def test_the_documentation_lists_exactly_the_names_that_count():
    chapter = (
        OPERATIONS.read_text(encoding="utf-8").split("## What an answer says of its completeness")[1].split("\n## ")[0]
    )
    documented = "\n".join(row for row in chapter.splitlines() if row.startswith(("|", "Headers:", "\\*", "Spelling")))
    listed = set(re.findall(r"`([a-z]+)`", documented))
    groups = {name: value for name, value in vars(completeness_names).items() if isinstance(value, frozenset)}
    names = set().union(*(value for name, value in groups.items() if not name.endswith("_COMPOSED")))
    names |= {*completeness_names.HEADER_PREFIXES, *completeness_names.CONTAINER_PARTS}
    assert names - listed == set()
    others = {"false", "true", "value", "range", "contentrange", "itemsrange", "numfound"}
    assert listed - names - others == set()
    patterns = {pattern.replace("\\", "") for pattern in re.findall(r"\*([a-z]*\\\*[a-z]*)\*", documented)}
    source = Path(completeness_names.__file__).read_text(encoding="utf-8")
    assert patterns == set(re.findall(r'"([a-z]*\*[a-z]*)"', source)) - {"*"}
