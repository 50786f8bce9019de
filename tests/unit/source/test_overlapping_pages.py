"""A total that is reached only because records came twice is not reached."""

import pytest

from cmms.errors import IncompleteFetch
from cmms.words import count_of
from tests.unit.source.fetching import connect, fetch
from tests.unit.source.scripted_source import Scripted, scripted

OFFSET = {"style": "offset", "size": 3, "size_parameter": "limit"}


def page(*numbers, total=6):
    return {"data": [{"EQUNR": number} for number in numbers], "meta": {"total": total}}


@pytest.mark.feature("SRC-01")
@pytest.mark.parametrize("paging", [OFFSET, {"style": "page", "size": 3}], ids=["offset", "page"])
@pytest.mark.parametrize("parallel", [1, 2])
def test_pages_that_overlap_are_refused_when_one_more_page_has_new_records(tmp_path, paging, parallel):
    window = [page("1", "2", "3"), page("3", "4", "5"), page("6")]  # of a source that counts records from 1
    calls = []
    with scripted(*window, *window) as source, pytest.raises(IncompleteFetch) as refused:
        fetch(connect(source), tmp_path, calls=calls, pagination=paging, parallel_requests=parallel)
    assert "promised 6 records and sent 7; records on two pages: 1" in str(refused.value)
    assert len(calls) == 6


@pytest.mark.feature("SRC-01")
@pytest.mark.parametrize(
    "beyond",
    [page(total=5), page("3", "4", total=5), Scripted(status=404), Scripted(status=400), Scripted(status=204)],
    ids=["empty", "the last again", "404", "400", "204"],
)
def test_a_source_that_holds_a_record_twice_is_complete_when_nothing_is_behind_its_pages(tmp_path, beyond):
    first = page("1", "2", "3", total=5)
    with scripted(first, page("3", "4", total=5), beyond, first) as source:
        fetched = fetch(connect(source), tmp_path, pagination=OFFSET)
    assert fetched.manifest.records == 5
    assert [target.partition("offset=")[2].partition("&")[0] for target in source.targets] == ["0", "3", "5", "0"]


@pytest.mark.feature("SRC-01")
def test_a_record_that_is_twice_on_one_page_costs_no_request(tmp_path):
    first = page("1", "2", "2", total=5)
    with scripted(first, page("3", "4", total=5), first) as source:
        assert fetch(connect(source), tmp_path, pagination=OFFSET).manifest.records == 5
    assert len(source.targets) == 3


@pytest.mark.feature("SRC-01")
@pytest.mark.parametrize(("middle", "behind"), [(["4", "5"], ["9"]), (["4"], ["8", "9"])], ids=["two", "one"])
def test_a_short_page_in_the_middle_is_a_gap_between_offsets(tmp_path, middle, behind):
    pages = [page(*numbers, total=9) for numbers in (["1", "2", "3"], middle, ["7", "8", "9"], behind)]
    with scripted(*pages, *pages) as source, pytest.raises(IncompleteFetch) as refused:
        fetch(connect(source), tmp_path, pagination=OFFSET)
    assert f"the page at offset 3 holds {count_of(len(middle), 'record')}, and the next one begins at 6" in str(
        refused.value
    )


@pytest.mark.feature("SRC-01")
def test_a_page_that_is_short_once_is_fetched_again(tmp_path):
    first, last = page("1", "2", "3", total=9), page("7", "8", "9", total=9)
    once = [first, page("4", "5", total=9), last, page("9", total=9)]
    with scripted(*once, first, page("4", "5", "6", total=9), last, first) as source:
        assert len(fetch(connect(source), tmp_path, pagination=OFFSET).records) == 9


@pytest.mark.feature("SRC-01")
def test_windows_that_hide_records_are_complete_when_their_total_is_reached(tmp_path):
    first = page("1", "2", "3", total=8)
    with scripted(first, page("4", "5", total=8), page("7", "8", "9", total=8), first) as source:
        assert len(fetch(connect(source), tmp_path, pagination=OFFSET).records) == 8


@pytest.mark.feature("SRC-01")
def test_a_short_page_is_a_gap_where_the_source_only_counts_pages(tmp_path):
    pages = [{**page(*numbers), "meta": {"last_page": 3}} for numbers in (["1", "2", "3"], ["4", "5"], ["7", "8"])]
    with scripted(*pages, *pages) as source, pytest.raises(IncompleteFetch, match="offset 3 holds 2 records"):
        fetch(connect(source), tmp_path, pagination=OFFSET)
    empty = {**page(), "meta": {"last_page": 3}}
    with scripted(*pages[:2], empty) as source:
        assert len(fetch(connect(source), tmp_path, pagination=OFFSET).records) == 5


@pytest.mark.feature("SRC-01")
def test_pages_that_overlap_where_no_further_page_is_allowed_are_refused(tmp_path):
    first = page("1", "2", "3", total=6)
    with scripted(first, page("3", "4", "5", total=6), first) as source, pytest.raises(IncompleteFetch) as refused:
        fetch(connect(source), tmp_path, pagination={"size": 3, "max_pages": 2})
    assert "max_pages = 2" in str(refused.value)
