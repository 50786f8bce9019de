"""Hints of the kinds total and pages: what counts records or pages has to agree with what came."""

import pytest

from cmms.errors import IncompleteFetch
from tests.unit.source.answering import NONE, THREE, TWO, answered, doubts, refusal
from tests.unit.source.scripted_source import Scripted


@pytest.mark.feature("SRC-01")
def test_a_whole_number_with_an_exponent_is_a_count(tmp_path):
    refusal(tmp_path, b'{"count": 5e0, "data": [{"EQUNR": "1"}]}', pagination=NONE)
    assert len(answered(tmp_path, b'{"count": 1e0, "data": [{"EQUNR": "1"}]}', pagination=NONE)[0].records) == 1


@pytest.mark.feature("SRC-01")
def test_partial_content_is_a_hint_unless_its_range_is_the_last(tmp_path):
    refusal(tmp_path, Scripted({"data": THREE}, status=206), pagination=NONE)
    whole = Scripted({"data": THREE}, status=206, headers={"Content-Range": "items 0-2/3"})
    assert len(answered(tmp_path, whole, pagination=NONE)[0].records) == 3


@pytest.mark.feature("SRC-01", "SYNC-03")
def test_a_count_that_a_dotted_key_holds_is_a_promise(tmp_path):
    paging = {"style": "none", "total_path": "@odata.count"}
    refusal(
        tmp_path, {"@odata.count": 5, "value": THREE}, kind=IncompleteFetch, pagination=paging, records_path="value"
    )


@pytest.mark.feature("SRC-01", "SYNC-03")
def test_a_last_page_that_grows_is_followed(tmp_path):
    pages = [{"data": [one], "meta": {"last_page": last}} for one, last in zip(THREE, (2, 3, 3), strict=True)]
    assert len(answered(tmp_path, *pages)[0].records) == 3


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
