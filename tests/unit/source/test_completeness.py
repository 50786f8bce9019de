"""What an answer says of its own completeness is obeyed or refused by name, over real sockets."""

import json
import re
from pathlib import Path

import pytest

from cmms.errors import AnswerIncomplete, ApiRefused, BadPayload, IncompleteFetch
from cmms.source import completeness_names
from tests.unit.source.fetching import fetch
from tests.unit.source.scripted_source import Scripted, scripted

THREE = [{"EQUNR": "1"}, {"EQUNR": "2"}, {"EQUNR": "3"}]
TWO = [{"EQUNR": "4"}, {"EQUNR": "5"}]
OPERATIONS = Path(__file__).parents[3] / "docs/operations.md"
NONE = {"style": "none"}


def answered(tmp_path, *answers, strict=True, **api):
    """Fetch the snapshot; returns what was fetched, and the targets that were asked for."""
    with scripted(*answers) as source:
        fetched = fetch(source, tmp_path, strict=strict, **api)
        return fetched, source.targets


def refusal(tmp_path, *answers, kind=AnswerIncomplete, **api):
    with pytest.raises(kind) as caught:
        answered(tmp_path, *answers, **api)
    assert not list(tmp_path.rglob("manifest.json"))
    return caught.value


def doubts(fetched):
    return [doubt for answer in fetched.manifest.answers for doubt in answer.doubts]


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
def test_a_whole_number_with_an_exponent_is_a_count(tmp_path):
    refusal(tmp_path, b'{"count": 5e0, "data": [{"EQUNR": "1"}]}', pagination=NONE)
    assert len(answered(tmp_path, b'{"count": 1e0, "data": [{"EQUNR": "1"}]}', pagination=NONE)[0].records) == 1


@pytest.mark.feature("SRC-01")
def test_partial_content_is_a_hint_unless_its_range_is_the_last(tmp_path):
    refusal(tmp_path, Scripted({"data": THREE}, status=206), pagination=NONE)
    whole = Scripted({"data": THREE}, status=206, headers={"Content-Range": "items 0-2/3"})
    assert len(answered(tmp_path, whole, pagination=NONE)[0].records) == 3


@pytest.mark.feature("SRC-01")
@pytest.mark.parametrize("style", ["none", "page", "offset", "cursor", "next_link", "link_header"])
def test_a_flag_that_no_style_uses_is_noticed_with_each_of_them(tmp_path, style):
    assert (
        refusal(tmp_path, {"data": THREE, "hasMore": True}, pagination={"style": style}).context["hint"] == "has_more"
    )


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
def test_hints_are_found_beside_records_that_only_the_tolerant_reader_reads_and_in_giant_bodies(tmp_path, monkeypatch):
    body = b'{"data": [{"EQUNR": NaN}], "hasMore": true}'
    assert refusal(tmp_path, body, pagination=NONE).context["hint"] == "has_more"
    monkeypatch.setattr("cmms.source.receive_body.IN_MEMORY_BYTES", 16)
    nested = b'{"d": {"results": [{"EQUNR": NaN}], "__count": "5"}}'
    assert refusal(tmp_path, nested, pagination=NONE, records_path="d.results").context["hint"] == "total"


MACHINES = [{"EQUNR": str(number), "SWERK": "P001", "EQKTX": "x" * 100} for number in range(606)]
ERRORS = [{"type": "W", "message": "x" * 700}] * 90 + [{"type": "E", "message": "x" * 7000}]


@pytest.mark.feature("SRC-01", "MEM-02")
@pytest.mark.parametrize(
    ("beside", "kind", "name"),
    [
        ({"inactive": MACHINES}, AnswerIncomplete, "further records (inactive"),
        ({"result": {"chunks": [MACHINES]}}, AnswerIncomplete, "(result.chunks"),
        ({"page": {"rows": MACHINES, "hasMore": True}}, AnswerIncomplete, "has_more_path: page.hasMore"),
        ({"page": {"rows": {str(n): MACHINES for n in range(9)}, "hasMore": True}}, AnswerIncomplete, "page.hasMore"),
        ({"nextPageToken": "x" * 70_000}, AnswerIncomplete, "cursor_path: nextPageToken"),
        ({"errors": ERRORS}, BadPayload, "'errors'"),
        ({"error": "x" * 70_000}, BadPayload, "'error'"),
        ({"ET_RETURN": ERRORS}, BadPayload, "'ET_RETURN'"),
        ({"x" * 70_000: {"hasMore": True}}, AnswerIncomplete, "xxx"),
    ],
    ids=lambda value: str(value)[:20],
)
@pytest.mark.parametrize("reader", ["fast", "tolerant", "giant"])
def test_what_is_large_beside_the_records_is_looked_at_by_every_reader(
    tmp_path, monkeypatch, beside, kind, name, reader
):
    if reader == "giant":
        monkeypatch.setattr("cmms.source.receive_body.IN_MEMORY_BYTES", 1000)
    body = json.dumps({"data": [{"EQUNR": "1", "ANZHL": 1 if reader == "fast" else float("nan")}], **beside})
    assert name in str(refusal(tmp_path, body.encode(), kind=kind, pagination=NONE))
    calm = json.dumps({"data": [{"EQUNR": "1", "ANZHL": float("nan")}], "note": "x" * 70_000, "list": ["x"] * 70_000})
    assert doubts(answered(tmp_path, calm.encode(), pagination=NONE)[0]) == []


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
def test_a_next_link_that_its_standard_leaves_out_at_the_end_may_be_absent(tmp_path):
    paging = {"style": "next_link", "next_path": "@odata.nextLink"}
    assert doubts(answered(tmp_path, {"value": THREE}, pagination=paging, records_path="value")[0]) == []


# --- what paging needs ---


@pytest.mark.feature("SRC-01", "SYNC-03")
def test_odata_links_and_counts_are_followed(tmp_path):
    first = {"@odata.count": 5, "value": THREE, "@odata.nextLink": "equipment?$skiptoken=3"}
    paging = {"style": "next_link", "next_path": "@odata.nextLink", "total_path": "@odata.count"}
    fetched, targets = answered(tmp_path, first, {"value": TWO}, first, pagination=paging, records_path="value")
    assert len(fetched.records) == 5
    assert targets[1] == "/equipment?$skiptoken=3"


@pytest.mark.feature("SRC-01", "SYNC-03")
def test_a_count_that_a_dotted_key_holds_is_a_promise(tmp_path):
    paging = {"style": "none", "total_path": "@odata.count"}
    refusal(
        tmp_path, {"@odata.count": 5, "value": THREE}, kind=IncompleteFetch, pagination=paging, records_path="value"
    )


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


CURSORS = {"style": "cursor", "cursor_path": "next"}
NEXT_LINKS = {"style": "next_link", "next_path": "next"}


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
@pytest.mark.parametrize(
    "beside", [{"done": True}, {"complete": True}, {"incomplete_results": False}, {"filters": {"hasMore": False}}], ids=str
)  # fmt: skip
def test_a_flag_about_something_else_does_not_end_a_cursor_trail(tmp_path, beside):
    pages = [{"data": THREE, "next": "c1", **beside}, {"data": TWO, "next": None, **beside}]
    fetched, targets = answered(tmp_path, *pages, pagination=CURSORS)
    assert (len(fetched.records), len(targets), doubts(fetched)) == (5, 2, [])


@pytest.mark.feature("SRC-01", "SYNC-03")
@pytest.mark.parametrize("style", ["page", "offset"])
@pytest.mark.parametrize(
    ("end", "beside", "strict"),
    [
        ({"data": []}, {}, True),
        (Scripted({"error": "no such page"}, status=404), {}, True),
        (Scripted(b"page out of range", status=400), {}, True),
        (Scripted(b"gone", status=410), {}, True),
        (Scripted(b""), {}, True),
        ({"data": []}, {"per_page": 3}, False),
        ({"data": []}, {"page": {"size": 3}}, False),
        ({"data": []}, {"meta": {"total": None, "last_page": 0}}, True),
    ],
    ids=str,
)
def test_a_source_that_sends_shorter_pages_than_asked_is_followed_to_the_end(tmp_path, style, end, beside, strict):
    pages = [{"data": THREE, **beside}, {"data": TWO, **beside}]
    fetched, _ = answered(tmp_path, *pages, end, strict=strict, pagination={"style": style, "size": 100})
    assert (len(fetched.records), doubts(fetched)) == (5, [])


@pytest.mark.feature("SRC-01")
def test_a_page_that_is_refused_is_no_end_unless_it_was_asked_for_to_be_sure(tmp_path):
    refusal(tmp_path, {"data": THREE}, Scripted(b"no", status=404), kind=ApiRefused, pagination={"size": 3})
    refusal(tmp_path, {"data": THREE}, Scripted(b"no", status=403), kind=ApiRefused, pagination={"size": 100})


@pytest.mark.feature("SRC-01", "SYNC-03")
@pytest.mark.parametrize("style", ["page", "offset"])
@pytest.mark.parametrize(("first", "strict"), [(THREE, True), ([{"EQUNR": f"0{n}"} for n in range(50)], False)])
def test_a_source_with_a_page_size_of_its_own_is_followed_to_the_end(tmp_path, style, first, strict):
    paging = {"style": style, "size": 1}
    end = Scripted(b"no such page", status=404)
    fetched, _ = answered(tmp_path, {"data": first}, {"data": TWO}, end, strict=strict, pagination=paging)
    assert (len(fetched.records), doubts(fetched)) == (len(first) + 2, [])
    fetched, targets = answered(tmp_path, {"data": first}, strict=strict, pagination=paging)  # it does not page
    assert (len(fetched.records), len(targets), doubts(fetched)) == (len(first), 2, [])


@pytest.mark.feature("SRC-01")
@pytest.mark.parametrize("status", [400, 422])
@pytest.mark.parametrize("style", ["page", "offset"])
def test_a_page_that_is_refused_behind_full_ones_is_no_end(tmp_path, style, status):
    more = [{"EQUNR": str(number)} for number in (4, 5, 6)]
    end = Scripted(b"the result window is too large", status=status)
    assert "limit the number of records" in str(
        refusal(tmp_path, {"data": THREE}, {"data": more}, end, pagination={"style": style})
    )
    fetched, _ = answered(tmp_path, {"data": THREE}, {"data": TWO}, end, pagination={"style": style})
    assert (len(fetched.records), doubts(fetched)) == (5, [])


@pytest.mark.feature("SRC-01", "SYNC-03")
def test_a_last_page_that_grows_is_followed(tmp_path):
    pages = [{"data": [one], "meta": {"last_page": last}} for one, last in zip(THREE, (2, 3, 3), strict=True)]
    assert len(answered(tmp_path, *pages)[0].records) == 3


@pytest.mark.feature("SRC-01")
@pytest.mark.parametrize("style", ["page", "offset"])
def test_the_same_full_page_again_is_a_source_that_does_not_know_the_parameter(tmp_path, style):
    error = refusal(tmp_path, {"data": THREE}, pagination={"style": style, "size": 3})
    assert f"pagination.{style}_parameter" in str(error)


@pytest.mark.feature("SRC-01")
@pytest.mark.parametrize("style", ["page", "offset"])
@pytest.mark.parametrize("last", [TWO, [*TWO, {"EQUNR": "6"}]], ids=["short", "full"])
def test_the_last_page_again_is_the_end(tmp_path, style, last):
    fetched, targets = answered(tmp_path, {"data": THREE}, {"data": last}, pagination={"style": style, "size": 3})
    assert (len(fetched.records), len(targets), doubts(fetched)) == (3 + len(last), 3, [])


@pytest.mark.feature("SRC-01")
@pytest.mark.parametrize("last", [[], TWO], ids=["empty", "records"])
def test_the_same_cursor_again_is_the_end_unless_more_is_promised(tmp_path, last):
    pages = [{"data": THREE, "next": "c1"}, {"data": last, "next": "c1"}]
    fetched, targets = answered(tmp_path, *pages, pagination=CURSORS)
    assert (len(fetched.records), len(targets), doubts(fetched)) == (3 + len(last), 2, [])
    pages[1]["hasMore"] = True
    assert refusal(tmp_path, *pages, pagination=CURSORS).context["hint"] == "has_more"


@pytest.mark.feature("SRC-01")
def test_an_empty_body_is_no_end_unless_it_was_asked_for_to_be_sure(tmp_path):
    refusal(tmp_path, {"data": THREE}, Scripted(b""), kind=BadPayload, pagination={"size": 3})


@pytest.mark.feature("SRC-01")
@pytest.mark.parametrize("style", ["page", "offset"])
def test_the_same_records_in_another_order_are_the_same_page(tmp_path, style):
    fetched, targets = answered(tmp_path, {"data": THREE}, {"data": THREE[::-1]}, pagination={"style": style})
    assert (len(fetched.records), len(targets), doubts(fetched)) == (3, 2, [])


@pytest.mark.feature("SRC-01")
@pytest.mark.parametrize(
    "paging", [{"style": "page"}, {"style": "offset"}, {"style": "page", "size": 3}, CURSORS], ids=str
)
def test_the_same_machines_with_other_values_are_no_second_page(tmp_path, paging):
    pages = [{"data": [{**one, "asked": n} for one in THREE[:: (-1) ** n]], "next": n} for n in (1, 2)]
    error = refusal(tmp_path, *pages, kind=IncompleteFetch, pagination=paging)
    assert "does the source know the page parameter" in str(error)
    other = [{"EQUNR": "4", "asked": 2}, *THREE[1:]]
    assert len(answered(tmp_path, pages[0], {"data": other}, {"data": []}, pagination=paging)[0].records) == 6


@pytest.mark.feature("SRC-01", "SYNC-03")
def test_a_total_that_is_the_size_of_a_page_may_be_a_count_of_that_page(tmp_path):
    pages = [{"data": THREE, "meta": {"total": 3}}, {"data": TWO, "meta": {"total": 2}}]
    refusal(tmp_path, *pages, *pages, kind=IncompleteFetch, pagination={"size": 3})
    whole = [
        {"data": THREE, "meta": {"total": 3}},
        {"data": [], "meta": {"total": 3}},
        {"data": THREE, "meta": {"total": 3}},
    ]
    assert len(answered(tmp_path, *whole, pagination={"size": 3})[0].records) == 3


@pytest.mark.feature("SRC-01", "SYNC-03")
@pytest.mark.parametrize(("cap", "beside"), [(100, {}), (3, {"per_page": 3}), (3, {"size": 3})], ids=str)
@pytest.mark.parametrize("style", ["page", "offset"])
def test_a_total_that_counts_a_capped_page_is_refused(tmp_path, style, cap, beside):
    machines = [{"EQUNR": str(number)} for number in range(cap + 2)]
    pages = [{"data": data, "meta": {"total": len(data), **beside}} for data in (machines[:cap], machines[cap:])]
    refusal(tmp_path, *pages, *pages, kind=IncompleteFetch, pagination={"style": style})
    whole, end = pages[0], Scripted(b"no such page", status=404)
    assert len(answered(tmp_path, whole, end, whole, pagination={"style": style})[0].records) == cap


@pytest.mark.feature("SRC-01")
@pytest.mark.parametrize(
    "body",
    [b'{"data": [{"EQUNR": "1"}], "data": [{"EQUNR": "2"}]}', b'{"data": [{"EQUNR": "1"}], "data": []}',
     b'{"data": [], "data": [{"EQUNR": "2"}]}'],
)  # fmt: skip
def test_records_under_a_key_that_is_there_twice_are_no_guess(tmp_path, body):
    assert "is duplicated" in str(refusal(tmp_path, body, kind=BadPayload, pagination=NONE))


@pytest.mark.feature("SRC-01")
@pytest.mark.parametrize(
    "beside",
    [{"errorMessage": "half of it"}, {"error_code": 500}, {"status": 500}, {"statusCode": "503"}, {"result": "ERROR"},
     {"meta": {"errors": ["timeout"]}}, {"success": "false"}, {"status": {"code": 500}},
     {"info": {"code": "500", "message": "half of it"}}, {"errorMessages": ["half of it"]}, {"errorList": [{"text": "x"}]},
     {"hasErrors": True}, {"isError": "true"}, {"responseCode": 500}, {"status": "NOK"},
     {"_shards": {"total": 5, "failed": 2, "failures": [{"shard": 1}]}},
     {"exceptions": [{"message": "half of it"}]}, {"RETURN": [{"TYPE": "S"}, {"TYPE": "E", "MESSAGE": "no authorization"}]},
     {"ET_RETURN": {"item": [{"TYPE": "A", "ID": "SY"}]}}, {"messages": [{"severity": "error", "text": "half of it"}]}],
    ids=str,
)  # fmt: skip
def test_an_error_beside_records_is_refused(tmp_path, beside):
    refusal(tmp_path, {"data": THREE, **beside}, kind=BadPayload, pagination=NONE)


@pytest.mark.feature("SRC-01")
@pytest.mark.parametrize(
    ("body", "records_path"),
    [({"d": {"results": THREE, "error": {"code": "SY/530", "message": "timeout"}}}, "d.results"),
     ({"d": {"error": {"message": "timeout"}, "data": []}}, "d.data"),
     ({"a": {"b": {"list": THREE, "status": "failed"}}}, "a.b.list")],
    ids=str,
)  # fmt: skip
def test_an_error_on_the_way_to_the_records_is_refused(tmp_path, body, records_path):
    refusal(tmp_path, body, kind=BadPayload, pagination=NONE, records_path=records_path)


@pytest.mark.parametrize("name", ["next", "errors", "RETURN"])
@pytest.mark.parametrize(("opened", "closed"), [("[", "]"), ('{"url":', "}")])
def test_what_is_nested_as_deep_as_a_parser_takes_is_refused_with_a_sentence(tmp_path, name, opened, closed):
    body = f'{{"data": [], "{name}": {opened * 900}0{closed * 900}}}'.encode()
    error = refusal(tmp_path, body, kind=BadPayload, pagination=NONE)
    assert "nested too deeply" in str(error)


def test_the_code_of_a_plant_on_the_way_to_its_records_is_no_error(tmp_path):
    body = {"plant": {"code": "410", "name": "P410", "machines": THREE}}
    assert len(answered(tmp_path, body, pagination=NONE, records_path="plant.machines")[0].records) == 3


@pytest.mark.parametrize(
    "beside",
    [{"status": 200, "code": 0, "errorCode": "00"}, {"errorcode": "0000", "errorMessage": "No errors"}, {"error": None, "errors": [], "errorMessage": ""},
     {"info": {"code": "410", "name": "a plant"}}, {"header": {"code": 500}}, {"errorMessages": [], "errorCount": 0},
     {"RETURN": [{"TYPE": "S", "MESSAGE": "done"}, {"TYPE": "W"}, {"TYPE": "I"}]}, {"messages": ["error"]}, {"errors": [""]},
     {"faultList": [{"type": "E"}]}, {"hasErrors": False, "isError": "false", "failures": [{"machine": "7"}], "returnCode": 0},
     {"_shards": {"total": 5, "successful": 5, "failed": 0}},
     {"alarms": [{"type": "E", "message": "oil is low"}], "returned": [{"type": "A", "number": "10"}]}],
    ids=str,
)  # fmt: skip
def test_no_error_beside_records_is_none(tmp_path, beside):
    assert len(answered(tmp_path, {"data": THREE, **beside}, pagination=NONE)[0].records) == 3


@pytest.mark.feature("SRC-01")
def test_records_in_another_list_are_a_hint(tmp_path):
    machines = [{"EQUNR": "4", "SWERK": "P001"}]
    error = refusal(tmp_path, {"data": THREE, "retired": {"machines": machines}}, pagination=NONE)
    assert "retired.machines" in str(error) and "records_path" in str(error) and error.context["hint"] == "has_more"
    assert "chunks" in str(refusal(tmp_path, {"data": THREE, "chunks": [machines]}, pagination=NONE))
    beside = {"included": [{"EQUNR": "4", "colour": "red"}], "plants": [{"SWERK": "P001"}]}
    assert len(answered(tmp_path, {"data": THREE, **beside}, pagination=NONE)[0].records) == 3

    fields = {"fields": {"equipment_number": ["equipment.number"], "plant_code": ["site.of.plant"]}}
    within = [{"equipment": {"number": "4"}, "site": {"of": {"plant": "P001"}}}]
    with scripted({"data": THREE, "retired": within}) as source, pytest.raises(AnswerIncomplete, match="retired"):
        fetch(source, tmp_path, strict=True, pagination=NONE, **fields)


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
def test_values_that_change_while_pages_are_fetched_move_no_record(tmp_path):
    def page(records, asked):
        return {"data": [{**one, "hours": asked} for one in records], "meta": {"total": 5}}

    pages = [page(THREE, 1), page(TWO, 2), page(THREE[::-1], 3)]
    fetched, targets = answered(tmp_path, *pages, pagination={"size": 3})
    assert (len(fetched.records), len(targets), doubts(fetched)) == (5, 3, [])
    moved = [page(THREE, 1), page(TWO, 2), page([{"EQUNR": "0"}, *THREE[:2]], 3)]
    refusal(tmp_path, *moved, *moved, kind=IncompleteFetch, pagination={"size": 3})


@pytest.mark.feature("SRC-01")
def test_an_answer_that_is_not_ready_yet_is_asked_for_again(tmp_path):
    fetched, targets = answered(tmp_path, Scripted({"data": []}, status=202), {"data": THREE}, pagination=NONE)
    assert (len(fetched.records), len(targets)) == (3, 2)


@pytest.mark.feature("SRC-01", "SYNC-03")
@pytest.mark.parametrize(
    "rel", ['rel="last next"', "REL=next", "rel=nextPage", 'rel="Next"', 'title="x, y; rel=first"; rel="next"']
)
def test_a_link_header_is_followed_in_any_spelling(tmp_path, rel):
    first = Scripted({"data": THREE}, headers={"Link": f"</equipment?p=2>; {rel}"})
    assert len(answered(tmp_path, first, {"data": TWO}, pagination={"style": "link_header"})[0].records) == 5


@pytest.mark.feature("SRC-01")
def test_a_flag_that_promises_a_page_without_a_cursor_to_it_is_refused(tmp_path):
    paging = {"style": "cursor", "cursor_path": "after", "has_more_path": "again"}
    assert (
        refusal(tmp_path, {"data": THREE, "after": None, "again": True}, pagination=paging).context["hint"]
        == "has_more"
    )


@pytest.mark.parametrize(
    "paging", [{"style": "page", "has_more_path": "more"}, {"style": "next_link", "next_path": "more"}]
)
def test_a_value_that_is_neither_flag_nor_link_is_a_bad_payload(tmp_path, paging):
    refusal(tmp_path, {"data": THREE, "more": {"a": 1}}, kind=BadPayload, pagination=paging)


@pytest.mark.feature("SRC-01")
def test_a_total_in_a_header_is_counted_by_setting(tmp_path):
    paging = {"style": "none", "total_header": "X-Records"}
    refusal(tmp_path, Scripted({"data": THREE}, headers={"X-Records": "5"}), kind=IncompleteFetch, pagination=paging)
    fetched, _ = answered(tmp_path, Scripted({"data": THREE}, headers={"X-Records": "3"}), pagination=paging)
    assert fetched.manifest.answers[0].total == 3


@pytest.mark.feature("SRC-01", "SYNC-03")
@pytest.mark.parametrize(
    ("beside", "headers", "paging"),
    [({}, {"Content-Range": "items 0-2/5"}, {"total_header": "Content-Range"}),
     ({}, {"x-pagination": '{"TotalCount": 5}'}, {"total_header": "X-Pagination (TotalCount)"}),
     ({}, {"x-records": "5, 5"}, {"total_header": "X-Records"}),
     ({"totalCount": 5.0}, {}, {"total_path": "totalCount"})],
    ids=str,
)  # fmt: skip
def test_a_total_is_counted_as_the_sentence_of_its_hint_names_it(tmp_path, beside, headers, paging):
    pages = [Scripted({"data": data, **beside}, headers=headers) for data in (THREE, TWO, THREE)]
    fetched, targets = answered(tmp_path, *pages, pagination={"size": 3, **paging})
    assert (len(fetched.records), fetched.manifest.answers[0].total, len(targets)) == (5, 5, 3)
    refusal(tmp_path, pages[0], kind=IncompleteFetch, pagination={**NONE, **paging})


@pytest.mark.parametrize(
    ("answer", "total"),
    [({"data": None, "meta": {"total": 0}}, 0), ({"data": None}, None), ({"data": [], "meta": {"total": 0}}, 0),
     (Scripted(status=204), None), (Scripted(status=204, headers={"X-Total-Count": "0"}), 0)],
    ids=str,
)  # fmt: skip
def test_an_answer_with_nothing_holds_no_records(tmp_path, answer, total):
    fetched, targets = answered(tmp_path, answer)
    assert (fetched.records, len(targets)) == ([], 1)
    assert fetched.manifest.answers[0].total == total


def test_a_404_means_nothing_only_where_the_settings_say_so(tmp_path):
    full = {"data": THREE}
    paging = {"size": 3}
    refusal(tmp_path, full, Scripted(b"no such page", status=404), kind=ApiRefused, pagination=paging)
    nothing = ["null", "no_content", "not_found"]
    fetched, _ = answered(
        tmp_path, full, Scripted(b"no such page", status=404), pagination=paging, empty_answers=nothing
    )
    assert len(fetched.records) == 3
    refusal(tmp_path, {"data": None}, kind=BadPayload, empty_answers=[])


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


@pytest.mark.feature("SRC-01")
@pytest.mark.parametrize(
    ("beside", "paging", "kind"),
    [({"meta": {"total": 3, "last_page": 2}}, NONE, "pages"), ({"meta": {"total": 3, "pages": 2}}, {"size": 5000}, "pages"),
     ({"page": {"count": 3}, "totalCount": 5}, {**NONE, "total_path": "page.count"}, "total"),
     ({"page": {"number": 1, "totalPages": 3}}, {"size": 3, "last_page_path": "page.number"}, "pages"),
     ({"meta": {"last_page": 1}, "totalPages": 5}, {}, "pages"),
     ({"meta": {"last_page": 1}, "totalPages": 5}, {"style": "offset"}, "pages"),
     ({"meta": {"total": 3}, "batches": 2}, {"last_page_path": "batches"}, "pages")],
    ids=str,
)  # fmt: skip
def test_numbers_that_disagree_are_a_hint(tmp_path, beside, paging, kind):
    assert refusal(tmp_path, {"data": THREE, **beside}, pagination=paging).context["hint"] == kind


@pytest.mark.feature("SRC-01", "SYNC-03")
@pytest.mark.parametrize("empty", [0, 1, 2])
def test_an_empty_page_before_the_last_one_is_no_end(tmp_path, empty):
    pages = [{"data": data, "meta": {"last_page": 3}} for data in (THREE, TWO)]
    pages.insert(empty, {"data": [], "meta": {"last_page": 3}})
    fetched, targets = answered(tmp_path, *pages)
    assert (len(fetched.records), len(targets), doubts(fetched)) == (5, 3, [])


@pytest.mark.feature("SRC-01")
@pytest.mark.parametrize("end", [{"data": []}, Scripted(b"no such page", status=404)], ids=["empty", "404"])
def test_a_number_of_pages_that_count_from_zero_is_read_as_the_hint_advises(tmp_path, end):
    pages = [{"data": data, "totalPages": 2} for data in (THREE, TWO)]
    assert "last_page_path: totalPages" in str(refusal(tmp_path, pages[0], pagination=NONE))
    fetched, _ = answered(tmp_path, *pages, end, pagination={"first_page": 0, "last_page_path": "totalPages"})
    assert (len(fetched.records), doubts(fetched)) == (5, [])


@pytest.mark.parametrize("paging", [NONE, {"size": 3}, {"size": 5000}], ids=str)
@pytest.mark.parametrize("meta", [{"last_page": 1}, {"last_page": 2, "per_page": 2}], ids=str)
def test_numbers_that_agree_are_none(tmp_path, meta, paging):
    pages = [{"data": data, "meta": {"total": 3, **meta}} for data in (THREE, [], THREE)]
    assert doubts(answered(tmp_path, *pages, pagination=paging)[0]) == []


def test_spaces_in_a_query_are_sent_as_percent_20(tmp_path):
    _, targets = answered(tmp_path, {"data": THREE}, pagination={**NONE, "size_parameter": None},
                          static_parameters={"$filter": "PLANT eq 'P 1+2'"})  # fmt: skip
    assert targets == ["/equipment?%24filter=PLANT%20eq%20%27P%201%2B2%27"]


@pytest.mark.parametrize("link", ["https://127.0.0.1:{port}/equipment?p=2", "http://elsewhere.example/x"])
def test_a_link_to_another_scheme_or_host_is_refused_with_both(tmp_path, link):
    with scripted({}) as source:
        source.answers = [Scripted({"data": THREE, "links": {"next": link.format(port=source.port)}})]
        with pytest.raises(ApiRefused) as caught:
            fetch(source, tmp_path, pagination={"style": "next_link"})
        assert source.base_url in str(caught.value)
        assert link.format(port=source.port).partition("/e")[0].partition("/x")[0] in str(caught.value)
        assert len(source.targets) == 1


# --- the list in the documentation ---


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
