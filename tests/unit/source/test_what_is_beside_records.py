"""What stands beside the records is read whoever reads them: errors, further records, hints in large bodies."""

import json

import pytest

from cmms.errors import AnswerIncomplete, BadPayload
from tests.unit.source.answering import NONE, THREE, answered, doubts, refusal
from tests.unit.source.fetching import fetch
from tests.unit.source.scripted_source import Scripted, scripted


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
def test_an_answer_that_is_not_ready_yet_is_asked_for_again(tmp_path):
    fetched, targets = answered(tmp_path, Scripted({"data": []}, status=202), {"data": THREE}, pagination=NONE)
    assert (len(fetched.records), len(targets)) == (3, 2)
