"""What the source says when it refuses is stored with the call for the operator, without our credential."""

import gzip

import pytest

from cmms.errors import ApiRefused, ApiUnavailable, BadPayload
from tests.unit.api.fetching import FAST_RETRIES, SECRET, everything_below, fetch
from tests.unit.api.scripted_source import Scripted, scripted

SENTENCE = "The parameter date must not lie before 2020-01-01 (Grund: ungültig)"


def refused(tmp_path, answer, kind, **api):
    calls = []
    with scripted(answer) as source, pytest.raises(kind) as caught:
        fetch(source, tmp_path, calls=calls, **api)
    assert SECRET not in str(caught.value) and SECRET not in repr(calls)
    assert SECRET.encode() not in everything_below(tmp_path)
    return caught.value, calls[-1].answer_head


@pytest.mark.feature("LOG-01")
@pytest.mark.parametrize("status", [400, 401, 403, 404, 422, 302, 501])
def test_a_refusal_keeps_what_the_source_says(tmp_path, status):
    error, head = refused(tmp_path, Scripted({"error": SENTENCE}, status=status), ApiRefused)
    assert "must not lie before" in head
    assert "must not lie" not in str(error)


@pytest.mark.feature("LOG-01")
def test_a_failure_that_may_pass_keeps_it_too(tmp_path):
    packed = Scripted(gzip.compress(SENTENCE.encode()), status=503, headers={"Content-Encoding": "gzip"})
    assert refused(tmp_path, packed, ApiUnavailable, retries=FAST_RETRIES)[1] == SENTENCE


@pytest.mark.feature("LOG-01")
@pytest.mark.parametrize(
    ("body", "named"),
    [
        (b"<html><body>Sign in</body></html>", "HTML"),
        (b"<?xml version='1.0'?><feed/>", "it is XML"),
        (b"<feed xmlns='x'/>", "it is XML"),
        ({"error": {"code": 17, "message": "no such plant"}}, "no records at 'data'; the keys there are: 'error'"),
        ({"data": [], "error": {"code": 17}}, "'error'"),
        ({"data": [{"EQUNR": "1"}], "errors": [{"message": "timeout of plant P002"}]}, "'errors'"),
        ({"data": [], "success": False}, "'success'"),
        ({"data": [], "ok": False}, "'ok'"),
        ({"data": [], "status": "error"}, "'status'"),
        ({"items": []}, "'items'"),
    ],
    ids=str,
)
def test_an_answer_that_is_no_page_is_refused_and_kept(tmp_path, body, named):
    error, head = refused(tmp_path, Scripted(body), BadPayload, allow_empty=True)
    assert named in str(error)
    assert head.startswith(("<", "{"))


@pytest.mark.parametrize(
    "beside", [{"error": None}, {"errors": []}, {"error": ""}, {"error": {"code": 0, "message": ""}}, {"success": True}, {"status": "ok"}, {"error": 0}], ids=str
)  # fmt: skip
def test_an_error_that_is_empty_is_none(tmp_path, beside):
    with scripted({"data": [{"EQUNR": "1"}], **beside}) as source:
        fetched = fetch(source, tmp_path, strict=True, pagination={"style": "none"})
    assert (len(fetched.records), fetched.calls[0].answer_head) == (1, None)


@pytest.mark.feature("LOG-01")
def test_it_is_a_kilobyte_of_text_without_our_credential(tmp_path):
    text = f"\x00token {SECRET} " + "x" * 995 + SECRET + "y" * 5000
    head = refused(tmp_path, Scripted(text.encode(), status=400), ApiRefused)[1]
    assert len(head) <= 1024 and head.startswith("token *** xxx") and "\x00" not in head
    assert "demo" not in head


@pytest.mark.parametrize(("status", "named"), [(413, "pagination.size"), (414, "per_plant"), (431, "per_plant")])
def test_a_request_that_is_too_large_names_the_setting_that_splits_it(tmp_path, status, named):
    assert named in str(refused(tmp_path, Scripted(b"too large", status=status), ApiRefused)[0])
