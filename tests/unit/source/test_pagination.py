"""Which page comes next, from what each page says about itself."""

from dataclasses import replace

import pytest

from cmms.errors import ApiRefused, IncompleteFetch
from cmms.settings import Pagination
from cmms.source.links import follow_link, is_same_origin
from cmms.source.pagination import PageFacts, PageTrail, total_of

BASE = "http://source:8000/api"


def trail(**paging):
    return PageTrail(Pagination(**paging), base_url=BASE, url=f"{BASE}/equipment", parameters=(("a", "1"),))


def walk(one, pages):
    """Feed the facts of each page as it is asked for; the addresses in the order of asking."""
    waiting, asked = [one.first()], []
    while waiting:
        address = waiting.pop(0)
        asked.append(address.url)
        waiting += one.accept(address, pages[address.number - 1])
    return [url.removeprefix(BASE) for url in asked]


def test_all_pages_are_asked_for_when_the_total_is_known():
    one = trail(size=2)
    pages = [PageFacts(2, total=5, last_page=3), PageFacts(2, total=5), PageFacts(1, total=5)]
    assert walk(one, pages) == [f"/equipment?a=1&page={page}&per_page=2" for page in (1, 2, 3)]
    assert (one.records, one.check(), one.is_complete) == (5, None, True)


def test_the_next_page_is_asked_for_while_pages_are_full_and_nothing_tells_a_total():
    assert len(walk(trail(size=2), [PageFacts(2), PageFacts(2), PageFacts(1)])) == 3
    assert len(walk(trail(size=2), [PageFacts(2), PageFacts(0)])) == 2
    assert len(walk(trail(size=2), [PageFacts(1)])) == 1


@pytest.mark.feature("SRC-01")
def test_a_page_of_a_round_number_of_records_may_be_capped():
    one = trail()
    urls = walk(one, [PageFacts(100), PageFacts(100), PageFacts(30)])
    assert (len(urls), one.records, one.doubts()) == (3, 230, [])
    unpaged = trail()
    assert len(walk(unpaged, [PageFacts(100), PageFacts(100, repeated=True)])) == 2
    assert (unpaged.records, unpaged.doubts()) == (100, [])
    assert len(walk(trail(), [PageFacts(99)])) == 1


@pytest.mark.feature("SRC-01")
@pytest.mark.parametrize(("own", "joined"), [("", "?"), ("?client=100", "&")])
def test_parameters_are_added_to_those_of_the_path(own, joined):
    one = PageTrail(Pagination(), base_url=BASE, url=f"{BASE}/equipment{own}", parameters=(("date", "2026-01-31"),))
    assert one.first().url == f"{BASE}/equipment{own}{joined}date=2026-01-31&page=1&per_page=5000"


def test_without_totals_a_longer_page_holds_everything():
    assert len(walk(trail(size=2), [PageFacts(17)])) == 1


def test_without_totals_a_repeated_page_is_the_end():
    one = trail(size=2)
    assert len(walk(one, [PageFacts(2), PageFacts(2, repeated=True)])) == 2
    assert (one.records, one.repeated_pages, one.check()) == (2, 1, None)


def test_a_last_page_alone_tells_how_many_there_are():
    assert len(walk(trail(size=2, first_page=0), [PageFacts(2, last_page=2), PageFacts(2), PageFacts(2)])) == 3


def test_a_source_that_caps_the_page_size_is_followed_to_the_end():
    urls = walk(
        trail(style="offset", size=1000, size_parameter="limit"),
        [PageFacts(2, total=5), PageFacts(2), PageFacts(1)],
    )
    assert [url.split("&")[1] for url in urls] == ["offset=0", "offset=2", "offset=4"]


@pytest.mark.feature("SRC-01")
def test_a_page_that_is_shorter_than_the_step_of_the_offsets_leaves_a_gap_in_any_order_of_arrival():
    one = trail(style="offset", size=3)
    second, third = one.accept(one.first(), PageFacts(3, total=9))
    [fourth] = [*one.accept(third, PageFacts(3)), *one.accept(second, PageFacts(1))]
    one.accept(fourth, PageFacts(2))
    assert (one.check(), one.gap()) == (None, "the page at offset 3 holds 1 record, and the next one begins at 6")


def test_a_total_that_the_pages_do_not_reach_is_a_problem():
    one = trail(size=2)
    walk(one, [PageFacts(2, total=5), PageFacts(2), PageFacts(0)])
    assert "promised 5 records and sent 4" in one.check()


@pytest.mark.feature("SYNC-03")
def test_a_cursor_that_leads_back_ends_the_fetch():
    for cursors in (["A", "A"], ["A", "B", "A"]):
        with pytest.raises(IncompleteFetch, match="loop"):
            walk(trail(style="cursor"), [PageFacts(2, next_value=cursor) for cursor in cursors])


@pytest.mark.feature("SRC-01")
@pytest.mark.parametrize("records", [0, 2])
def test_a_cursor_that_leads_to_its_own_page_is_the_end(records):
    one = trail(style="cursor")
    pages = [PageFacts(2, total=4, next_value="A"), PageFacts(records, next_value="A")]
    assert len(walk(one, pages)) == 2
    assert (one.check() is None) == (records == 2)


def test_a_repeated_page_on_a_cursor_trail_without_total_ends_the_fetch():
    with pytest.raises(IncompleteFetch, match="arrived twice"):
        walk(trail(style="cursor"), [PageFacts(2, next_value="A"), PageFacts(2, next_value="B", repeated=True)])


@pytest.mark.feature("SRC-01")
@pytest.mark.parametrize("style", ["cursor", "next_link"])
@pytest.mark.parametrize(
    ("behind", "asked", "problem"),
    [(PageFacts(0), 2, None), (PageFacts(3, repeated=True), 2, None), (PageFacts(3), 2, "sent 6")],
    ids=["empty", "repeated", "new"],
)
def test_a_total_that_was_reached_ends_pages_that_go_on_for_ever(style, behind, asked, problem):
    one = trail(style=style)
    pages = [
        replace(page, next_value=f"?c={number}") for number, page in enumerate([PageFacts(3, total=3)] + [behind] * 99)
    ]
    assert len(walk(one, pages)) == asked
    assert (one.check() is None) if problem is None else (problem in one.check())


@pytest.mark.feature("SRC-01")
@pytest.mark.parametrize("behind", [PageFacts(0), PageFacts(3, repeated=True)], ids=["empty", "repeated"])
def test_pages_that_bring_nothing_end_some_time(behind):
    pages = [
        replace(page, next_value=f"?{number}") for number, page in enumerate([PageFacts(3, total=5)] + [behind] * 99)
    ]
    one = trail(style="next_link")
    assert (len(walk(one, pages)), one.check()) == (3, "the source promised 5 records and sent 3")
    empty = [PageFacts(0, next_value=f"?{number}") for number in range(2000)]
    with pytest.raises(IncompleteFetch, match="1000 pages in a row had no new records"):
        walk(trail(style="next_link"), empty)
    assert len(walk(trail(style="next_link"), [*empty[:50], PageFacts(3)])) == 51


def test_too_many_pages_end_the_fetch():
    with pytest.raises(IncompleteFetch, match="max_pages = 2"):
        walk(trail(style="cursor", max_pages=2), [PageFacts(1, next_value=str(number)) for number in range(9)])
    with pytest.raises(IncompleteFetch, match="max_pages = 2"):
        walk(trail(max_pages=2), [PageFacts(1, total=10**9)])


@pytest.mark.parametrize(
    "link", ["?page=2", "/api/equipment?page=2", "http://source:8000/api/equipment?page=2", "//source:8000/x"]
)
def test_next_links_are_resolved_against_the_current_page(link):
    url = follow_link(BASE, f"{BASE}/equipment?page=1", link)
    assert url.startswith("http://source:8000/")


@pytest.mark.parametrize(
    "link",
    [
        "http://elsewhere/x",
        "https://source:8000/api",
        "http://source:8001/api",
        "//elsewhere/x",
        "http://source:8000@elsewhere/x",
        "http://user@source:8000/x",
        "http://source:8000\\@elsewhere/x",
        "file:///etc/passwd",
        "http://source:99999/x",
    ],
)
def test_a_link_to_another_origin_is_refused(link):
    with pytest.raises(ApiRefused, match="another host"):
        follow_link(BASE, f"{BASE}/equipment", link)


def test_default_ports_are_the_same_origin():
    assert is_same_origin("https://source/a", "https://SOURCE:443/b")
    assert not is_same_origin("nonsense", "nonsense")


def test_exactly_as_many_pages_as_allowed_are_fine():
    pages = [PageFacts(2, total=5), PageFacts(2, total=5), PageFacts(1, total=5)]
    assert len(walk(trail(size=2, max_pages=3), pages)) == 3
    with pytest.raises(IncompleteFetch):
        walk(trail(size=2, max_pages=2), pages)


def test_a_page_that_is_not_full_is_asked_for_along_with_the_others():
    one = trail(size=2)
    addresses = one.accept(one.first(), PageFacts(2, total=5))
    assert [address.number for address in addresses] == [2, 3]


def test_the_number_of_the_last_page_counts_from_the_first_one():
    one = trail(size=2, first_page=0)
    addresses = one.accept(one.first(), PageFacts(2, last_page=2))
    assert [address.number for address in addresses] == [2, 3]


def test_a_page_that_comes_twice_pushes_another_behind_the_last_one():
    one = trail(size=2)
    pages = [PageFacts(2, total=6), PageFacts(2, total=6), PageFacts(2, total=6, repeated=True), PageFacts(2, total=6)]
    assert len(walk(one, pages)) == 4
    assert (one.records, one.check()) == (6, None)


def test_the_total_of_the_body_wins_over_that_of_a_header():
    paging = Pagination()
    assert total_of(paging, 5, {"X-Total-Count": "7"}) == 5
    assert total_of(paging, None, {"X-Total-Count": "7"}) == 7
    for text in ("many", "\u00b2", "7, 8", "-7", ""):
        assert total_of(paging, None, {"X-Total-Count": text}) is None
    assert total_of(paging, None, {"x-total-count": "1,005"}) == 1005
