"""Where a source that counts nothing ends: short, empty, repeated and refused pages."""

import pytest

from cmms.errors import ApiRefused, BadPayload, IncompleteFetch
from tests.unit.source.answering import CURSORS, THREE, TWO, answered, doubts, refusal
from tests.unit.source.scripted_source import Scripted


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
def test_values_that_change_while_pages_are_fetched_move_no_record(tmp_path):
    def page(records, asked):
        return {"data": [{**one, "hours": asked} for one in records], "meta": {"total": 5}}

    pages = [page(THREE, 1), page(TWO, 2), page(THREE[::-1], 3)]
    fetched, targets = answered(tmp_path, *pages, pagination={"size": 3})
    assert (len(fetched.records), len(targets), doubts(fetched)) == (5, 3, [])
    moved = [page(THREE, 1), page(TWO, 2), page([{"EQUNR": "0"}, *THREE[:2]], 3)]
    refusal(tmp_path, *moved, *moved, kind=IncompleteFetch, pagination={"size": 3})


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


@pytest.mark.feature("SRC-01", "SYNC-03")
@pytest.mark.parametrize("empty", [0, 1, 2])
def test_an_empty_page_before_the_last_one_is_no_end(tmp_path, empty):
    pages = [{"data": data, "meta": {"last_page": 3}} for data in (THREE, TWO)]
    pages.insert(empty, {"data": [], "meta": {"last_page": 3}})
    fetched, targets = answered(tmp_path, *pages)
    assert (len(fetched.records), len(targets), doubts(fetched)) == (5, 3, [])
