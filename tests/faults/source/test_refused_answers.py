"""What the source says when it refuses is stored with the call for the operator, without our credential."""

import gzip

import pytest

from cmms.errors import ApiRefused, ApiUnavailable, BadPayload, CmmsError
from tests.unit.source.fetching import FAST_RETRIES, SECRET, connect, everything_below, fetch
from tests.unit.source.scripted_source import Scripted, scripted

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


TOKEN = "ab/cd+ef==&'x y"


@pytest.mark.feature("LOG-01", "SVC-01")
@pytest.mark.parametrize(
    "spelled",
    [TOKEN, r"ab\/cd+ef==&'x y", r"ab\/cd\u002Bef==\u0026\u0027x y", "ab/cd&#43;ef&#x3D;&#61;&amp;&#39;x y", r"ab\\/cd+ef==&'x y",
     "ab%2fcd%2bef%3d%3d%26%27x%20y", "ab/cd%2Bef==%26%27x+y"],
)  # fmt: skip
@pytest.mark.parametrize("status", [200, 400])
def test_our_credential_is_known_in_every_spelling(tmp_path, spelled, status):
    calls = []
    with scripted(Scripted(f"you sent: {spelled}!".encode(), status=status)) as source, pytest.raises(CmmsError):
        fetch(source, tmp_path, calls=calls, connection=connect(source, password=TOKEN, headers={}))
    assert calls[-1].answer_head == "you sent: ***!"
    assert b"cd" not in everything_below(tmp_path)  # bad-payload.bin


@pytest.mark.feature("LOG-01", "SVC-01")
@pytest.mark.parametrize("status", [200, 400])
def test_a_credential_that_is_longer_than_what_is_kept_is_not_shown_in_part(tmp_path, status):
    token, calls = "J" * 5000, []
    with scripted(Scripted(f"no: Bearer {token} {token}".encode(), status=status)) as source, pytest.raises(CmmsError):
        fetch(source, tmp_path, calls=calls, connection=connect(source, password=token))
    assert "J" not in calls[-1].answer_head and b"J" not in everything_below(tmp_path)


@pytest.mark.feature("LOG-01", "SVC-01")
def test_secrets_of_the_settings_are_not_shown_either(tmp_path):
    secrets = ["h-canary", "p-canary", "q-canary", "b-canary"]
    sent = {
        "headers": {"X-Api-Key": secrets[0], "X-Session": f"Bearer {secrets[3]}"},
        "static_parameters": {"apikey": secrets[1], "client": "100"},
        "path": f"/equipment?access_token={secrets[2]}",
    }
    _, head = refused(tmp_path, Scripted({"sent": secrets, "client": "100"}, status=400), ApiRefused, **sent)
    assert "canary" not in head and "100" in head


@pytest.mark.feature("LOG-01", "SVC-01")
@pytest.mark.parametrize("beside", [{"meta": {"total": 5}}, {"hasMore": True}], ids=str)
def test_a_secret_in_the_query_of_a_path_is_in_no_message(tmp_path, caplog, beside):
    with scripted({"data": [{"EQUNR": "1"}], **beside}) as source, pytest.raises(CmmsError) as caught:
        fetch(source, tmp_path, strict=True, path="/equipment?key=canary", pagination={"style": "none"})
    assert "canary" not in str(caught.value) + caplog.text and "/equipment" in str(caught.value)


@pytest.mark.parametrize(("status", "named"), [(413, "pagination.size"), (414, "per_plant"), (431, "per_plant")])
def test_a_request_that_is_too_large_names_the_setting_that_splits_it(tmp_path, status, named):
    assert named in str(refused(tmp_path, Scripted(b"too large", status=status), ApiRefused)[0])
