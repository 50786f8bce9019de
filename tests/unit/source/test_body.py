"""Bodies are split exactly, quickly or tolerantly, and what is no body is named."""

import io
import json

import pytest

from cmms.errors import ApiUnavailable, BadPayload
from cmms.settings import Pagination
from cmms.source import scan_records
from cmms.source.body import split_records, wanted_paths
from cmms.source.scan_records import RecordScanner

DEFAULT = Pagination()


def texts(content):
    return [bytes(record) for record in content.records]


def scan(body, path="data"):
    return list(RecordScanner(io.BytesIO(body), path, wanted_paths(DEFAULT)))


def test_records_come_out_byte_for_byte_with_their_totals():
    body = b'{"data": [{"a": 1.50 , "b":"\\u00e4"},\n {"a":2}], "meta": {"total": 2, "last_page": 1, "page": 1}}'
    content = split_records(body, "data", DEFAULT)
    assert texts(content) == [b'{"a": 1.50 , "b":"\\u00e4"}', b'{"a":2}']
    assert (content.total, content.last_page, content.next_value) == (2, 1, None)


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (b"[1, 2]", ""),
        (b'{"result": {"x": [], "items": [1, 2]}, "y": {}}', "result.items"),
        (b' {"d\\u0061ta":[1,2]} ', "data"),
    ],
)
def test_records_are_found_wherever_the_settings_say(body, path):
    assert texts(split_records(body, path)) == [b"1", b"2"]
    assert scan(body, path) == [b"1", b"2"]


def test_totals_and_cursor_may_be_anywhere_beside_the_records():
    paging = Pagination(
        style="cursor", total_path="result.count", cursor_path="result.paging.next", last_page_path=None
    )
    body = b'{"result": {"items": [1], "count": "12", "paging": {"next": "c2"}}}'
    content = split_records(body, "result.items", paging)
    assert (content.total, content.next_value) == (12, "c2")


@pytest.mark.parametrize("last", [b"null", b'""', b"false", b'{"next": null}', b'{"previous": "x"}'])
def test_a_next_link_that_is_there_and_empty_is_the_end(last):
    body = b'{"data": [1], "links": ' + (last if last.startswith(b"{") else b'{"next": ' + last + b"}") + b"}"
    assert split_records(body, "data", Pagination(style="next_link")).next_value is None


@pytest.mark.feature("SRC-01", "TEST-23")
@pytest.mark.parametrize("body", [b'{"data": [1], "next": "c\\ud800"}', b'{"data": [NaN], "next": "/p?c=\\udfff"}'])
@pytest.mark.parametrize(
    "paging", [{"style": "cursor", "cursor_path": "next"}, {"style": "next_link", "next_path": "next"}]
)
def test_a_next_page_that_no_address_can_carry_is_named(body, paging):
    with pytest.raises(BadPayload, match="'next' holds a lone surrogate"):
        split_records(body, "data", Pagination(**paging))


@pytest.mark.parametrize("meta", [b"null", b"[]", b"{}", b'{"total": null}', b'"x"'])
def test_missing_totals_are_no_error(meta):
    assert split_records(b'{"data": [1], "meta": ' + meta + b"}", "data", DEFAULT).total is None


def test_a_total_that_is_no_count_is_refused():
    for total in (b'"many"', b"-1", b"2.5", b"true", b"{}"):
        with pytest.raises(BadPayload, match=r"meta\.total"):
            split_records(b'{"data": [], "meta": {"total": ' + total + b"}}", "data", DEFAULT)


@pytest.mark.feature("TEST-16", "TEST-23")
@pytest.mark.parametrize(
    "record",
    [
        b'{"RECDV": NaN}',
        b'{"RECDV": -Infinity}',
        b'{"RECDV": 1e400}',
        b'{"RECDV": ' + b"9" * 5000 + b"}",
        b'{"EQUNR": "1", "EQUNR": "2"}',
        b'{"MDTXT": "\\ud800"}',
        b'{"MDTXT": "a\x00b\nc"}',
        b'{"RECDV": [[[1]]]}',
        b'"just a text"',
        b"null",
    ],
)
def test_one_odd_record_does_not_cost_the_page(record):
    body = b'{"meta": {"total": 3}, "data": [{"EQUNR": "1"}, ' + record + b', {"EQUNR": "2"}]}'
    content = split_records(body, "data", DEFAULT)
    assert texts(content) == [b'{"EQUNR": "1"}', record, b'{"EQUNR": "2"}']
    assert content.total == 3
    assert scan(body) == texts(content)


@pytest.mark.feature("TEST-16", "TEST-23")
@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"<!DOCTYPE html><html></html>", "looks like HTML"),
        (b"oops", "not JSON"),
        (b"[]", "not an object"),
        (b"true", "not an object"),
        (b'{"data": null}', "'data' is not a list"),
        (b'{"data": {"a": 1}}', "'data' is not a list"),
        (b'{"datum": [], "meta": {}}', "no records at 'data'; the keys there are: 'datum', 'meta'"),
        (b"{}", "none"),
        (b'{"data": [1,,2]}', "not valid JSON"),
        (b'{"data": [1 2]}', "not valid JSON"),
        (b'{"data": [1]} tail', "not valid JSON"),
        (b'{"data": [1],,', "not valid JSON"),
        (b"{data: [1]}", "not valid JSON"),
        (b'\xef\xbb\xbf{"data": []}', "byte order mark"),
        ('{"data": []}'.encode("utf-16"), "byte order mark"),
        ('{"data": ["ä"]}'.encode("latin-1"), "not UTF-8"),
        (b'{"data": ' + b"[" * 100_000, "nested too deeply"),
    ],
)
def test_what_is_no_payload_is_named_without_showing_it(body, message):
    with pytest.raises(BadPayload, match=message) as caught:
        split_records(body, "data", DEFAULT)
    assert "tail" not in str(caught.value)


def test_a_body_cut_anywhere_is_asked_for_again_and_never_half_read():
    body = '{"data": [{"a": "ä\\u00e4", "b": true}, {"a": -1.5e3}], "meta": {"total": 2}}'.encode()
    for length in range(1, len(body)):
        with pytest.raises(ApiUnavailable, match="too early"):
            split_records(body[:length], "data", DEFAULT)


def test_a_stream_is_scanned_in_windows_with_the_same_result(monkeypatch):
    record = b'{"a": "\\u00e4 \xf0\x9f\x94\xa7", "b": -12.5, "c": true, "d": [NaN]}'
    body = b'{"meta": {"total": 400}, "data": [' + b", ".join([record] * 400) + b"]}"
    for size in (1, 7, 64, 1000):
        monkeypatch.setattr(scan_records, "_READ_BYTES", size)
        scanner = RecordScanner(io.BytesIO(body), "data", wanted_paths(DEFAULT))
        assert list(scanner) == [record] * 400
        assert scanner.values["meta.total"] == "400"


@pytest.mark.feature("MEM-02")
def test_of_what_is_large_beside_the_records_little_stays_in_memory():
    beside = {
        "a": [[["x" * 300] * 200] * 200],
        "b": {str(key): {"x": "y" * 300} for key in range(9000)},
        "c": "z" * 99_999,
    }
    body = json.dumps({"data": [1], **beside}).encode()
    scanner = RecordScanner(io.BytesIO(body), "data", ())
    assert list(scanner) == [b"1"] and set(scanner.envelope) == set(beside)
    assert len(json.dumps(scanner.envelope)) < 1_000_000 < len(body)


def test_a_giant_value_in_a_stream_does_not_fill_the_memory(monkeypatch):
    monkeypatch.setattr(scan_records, "_MAX_VALUE_CHARACTERS", 10_000)
    monkeypatch.setattr(scan_records, "_READ_BYTES", 1_000)
    with pytest.raises(BadPayload, match="too large"):
        scan(b'{"data": ["' + b"x" * 100_000 + b'"]}')
