"""Authentication: each scheme, a wrong secret, an expired token, a rotated secret."""

import json
from dataclasses import replace

import pytest

from cmms.errors import ApiRefused, ApiUnavailable, CmmsError, SettingsError
from cmms.simulator.config import SimulatorConfig
from cmms.simulator.faults import Fault
from cmms.simulator.simulator import Simulator
from tests.unit.source.fetching import connect, everything_below, fetch

SMALL = SimulatorConfig(equipment=23, defect_rate=0)
SCHEMES = [
    ("none", {"scheme": "none"}, {"password": None}),
    ("basic", {"scheme": "basic"}, {"login": "demo", "password": "demo-password"}),
    ("bearer", {"scheme": "bearer"}, {"password": "demo-token"}),
    ("raw_token", {"scheme": "raw"}, {"password": "demo-token"}),
    ("api_key", {"scheme": "api_key", "header": "X-Custom-Key"}, {"password": "demo-token"}),
    ("oauth2", {"scheme": "oauth2", "scope": "read"}, {"login": "demo-client", "password": "demo-secret"}),
]
PAGES = {"size": 5}


def source(kind, **changes):
    return Simulator(replace(SMALL, auth=kind, api_key_header="X-Custom-Key", **changes))


@pytest.mark.feature("SVC-01", "TEST-24")
@pytest.mark.parametrize(("kind", "auth", "credential"), SCHEMES, ids=[scheme[0] for scheme in SCHEMES])
def test_each_scheme_is_let_in(tmp_path, kind, auth, credential):
    with source(kind) as simulator:
        fetched = fetch(simulator, tmp_path, auth=auth, connection=connect(simulator, **credential), pagination=PAGES)
        assert simulator.token_requests == (kind == "oauth2")
        assert simulator.connections == 1
    assert len(fetched.records) == 23


@pytest.mark.feature("SVC-01", "TEST-24")
@pytest.mark.parametrize(("kind", "auth", "credential"), SCHEMES[1:], ids=[scheme[0] for scheme in SCHEMES[1:]])
def test_a_wrong_secret_is_refused_at_once_and_told_nowhere(tmp_path, kind, auth, credential):
    calls = []
    with source(kind) as simulator:
        connection = connect(simulator, **{**credential, "password": "canary-secret"})
        with pytest.raises(ApiRefused) as caught:
            fetch(simulator, tmp_path, auth=auth, connection=connection, calls=calls)
    assert [call.status for call in calls] == [401]
    assert "canary-secret" not in str(caught.value) + repr(calls) + repr(connection)
    assert b"canary-secret" not in everything_below(tmp_path)


@pytest.mark.feature("SVC-01", "TEST-24")
@pytest.mark.parametrize("parallel", [1, 3])
def test_a_token_that_expires_on_the_way_is_replaced_once(tmp_path, parallel):
    calls = []
    with source("oauth2") as simulator:
        simulator.inject(Fault("status", status=401, page=3, times=1))
        fetched = fetch(
            simulator, tmp_path, calls=calls, pagination=PAGES, parallel_requests=parallel,
            auth={"scheme": "oauth2"}, connection=connect(simulator, login="demo-client", password="demo-secret"),
        )  # fmt: skip
        assert simulator.token_requests == 2
    assert len(fetched.records) == 23
    assert [call.endpoint for call in calls if call.page is None] == ["/oauth/token"] * 2


@pytest.mark.feature("SVC-01", "TEST-24")
def test_a_401_that_a_new_token_does_not_cure_is_final(tmp_path):
    calls = []
    with source("oauth2") as simulator:
        simulator.inject(Fault("status", status=401, stream="equipment"))
        with pytest.raises(ApiRefused):
            fetch(simulator, tmp_path, calls=calls, auth={"scheme": "oauth2"},
                  connection=connect(simulator, login="demo-client", password="demo-secret"))  # fmt: skip
        assert simulator.token_requests == 2
    assert [(call.endpoint, call.status) for call in calls] == [
        ("/oauth/token", 200),
        ("/equipment", 401),
    ] * 2


@pytest.mark.feature("SVC-01", "TEST-24")
def test_a_403_is_final_and_asks_for_no_new_token(tmp_path):
    calls = []
    with source("oauth2") as simulator:
        simulator.inject(Fault("status", status=403, stream="equipment"))
        with pytest.raises(ApiRefused):
            fetch(simulator, tmp_path, calls=calls, auth={"scheme": "oauth2"},
                  connection=connect(simulator, login="demo-client", password="demo-secret"))  # fmt: skip
    assert [(call.endpoint, call.status) for call in calls] == [("/oauth/token", 200), ("/equipment", 403)]


@pytest.mark.feature("SVC-01", "TEST-24")
def test_a_token_is_renewed_before_it_expires(tmp_path):
    with source("oauth2", token_lifetime_seconds=0.4, latency_seconds=0.1) as simulator:
        fetched = fetch(
            simulator, tmp_path, pagination={"size": 4}, auth={"scheme": "oauth2"},
            connection=connect(simulator, login="demo-client", password="demo-secret"),
        )  # fmt: skip
        refused = [request for request in simulator.requests if request.status == 401]
        assert simulator.token_requests >= 3
    assert refused == []
    assert len(fetched.records) == 23


@pytest.mark.feature("TEST-24")
def test_a_token_endpoint_that_is_down_counts_as_a_failed_attempt(tmp_path):
    calls = []
    with source("oauth2") as simulator:
        simulator.inject(Fault("status", status=503, stream="token", times=1))
        fetched = fetch(simulator, tmp_path, calls=calls, auth={"scheme": "oauth2"},
                        connection=connect(simulator, login="demo-client", password="demo-secret"))  # fmt: skip
        assert len(fetched.records) == 23
        simulator.inject(Fault("status", status=503, stream="token"))
        with pytest.raises(ApiUnavailable):
            fetch(simulator, tmp_path, auth={"scheme": "oauth2"},
                  connection=connect(simulator, login="demo-client", password="demo-secret"))  # fmt: skip
    assert [call.status for call in calls] == [503, 200, 200]


TOKENLESS = ["", "<html>", "[]", '{"access_token": 5}', '{"error": "x"}', "[" * 100_000]
NO_HEADER_CARRIES = [json.dumps({"access_token": token}) for token in ("ab€", "a\nb", "\ud800")]


@pytest.mark.feature("SVC-01", "TEST-24")
@pytest.mark.parametrize("body", [*TOKENLESS, *NO_HEADER_CARRIES], ids=lambda body: body[:30])
def test_a_token_answer_without_a_token_is_refused(tmp_path, body):
    with source("oauth2") as simulator:
        simulator.inject(Fault("literal_body", body=body, stream="token"))
        with pytest.raises(CmmsError, match="token endpoint"):
            fetch(simulator, tmp_path, auth={"scheme": "oauth2"},
                  connection=connect(simulator, login="demo-client", password="demo-secret"))  # fmt: skip


@pytest.mark.feature("SVC-01", "TEST-24")
@pytest.mark.parametrize(
    "body",
    ['{"accessToken": "eyJcanary"}', "eyJcanary", '{"access_token": "eyJcanary\\u20ac"}', "eyJcanary" + " " * 2000],
)
def test_nothing_of_a_good_token_answer_is_kept(tmp_path, body):
    calls = []
    with source("oauth2") as simulator:
        simulator.inject(Fault("literal_body", body=body, stream="token"))
        with pytest.raises(ApiRefused, match="token endpoint") as caught:
            fetch(simulator, tmp_path, calls=calls, max_body_bytes=1024, auth={"scheme": "oauth2"},
                  connection=connect(simulator, login="demo-client", password="demo-secret"))  # fmt: skip
    assert [(call.status, call.answer_head) for call in calls] == [(200, None)]
    assert "canary" not in str(caught.value) and b"canary" not in everything_below(tmp_path)


@pytest.mark.feature("LOG-01")
def test_what_a_token_endpoint_says_when_it_refuses_is_kept(tmp_path):
    calls = []
    with source("oauth2") as simulator, pytest.raises(ApiRefused, match="token endpoint"):
        fetch(simulator, tmp_path, calls=calls, auth={"scheme": "oauth2"},
              connection=connect(simulator, login="demo-client", password="wrong"))  # fmt: skip
    assert calls[0].status == 401 and calls[0].answer_head


def test_a_token_answer_that_is_no_answer_at_all_is_refused(tmp_path):
    with source("oauth2") as simulator:
        simulator.inject(Fault("literal_body", body="x" * 2000, stream="token"))
        with pytest.raises(ApiRefused, match="token endpoint"):
            fetch(simulator, tmp_path, max_body_bytes=1024, auth={"scheme": "oauth2"},
                  connection=connect(simulator, login="demo-client", password="demo-secret"))  # fmt: skip


def test_a_token_endpoint_on_another_host_never_gets_the_credential(tmp_path):
    with source("oauth2") as simulator, source("oauth2") as elsewhere:
        with pytest.raises(ApiRefused, match="another host"):
            fetch(simulator, tmp_path, auth={"scheme": "oauth2", "token_path": elsewhere.base_url + "/oauth/token"},
                  connection=connect(simulator, login="demo-client", password="demo-secret"))  # fmt: skip
        assert elsewhere.connections == 0


@pytest.mark.feature("TEST-24")
def test_a_rotated_secret_works_with_the_next_fetch(tmp_path):
    with source("bearer") as simulator:
        with pytest.raises(ApiRefused):
            fetch(simulator, tmp_path, connection=connect(simulator, password="old-secret"))
        assert len(fetch(simulator, tmp_path, connection=connect(simulator)).records) == 23


@pytest.mark.parametrize(
    ("scheme", "credential"),
    [
        ("bearer", {"password": None}),
        ("bearer", {"password": "two\nlines"}),
        ("raw", {"password": "späce"}),
        ("api_key", {"password": "copied-with-a-space "}),
        ("basic", {"password": "x"}),
        ("oauth2", {"password": "x"}),
    ],
)
def test_a_connection_without_what_the_scheme_needs_is_named(tmp_path, scheme, credential):
    with source("none") as simulator:
        with pytest.raises(SettingsError, match="cmms_api") as caught:
            fetch(simulator, tmp_path, auth={"scheme": scheme}, connection=connect(simulator, **credential))
        assert simulator.request_count == 0
    assert "lines" not in str(caught.value)


def test_the_password_file_of_the_machine_does_not_replace_our_credential(tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login other password other\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with source("bearer") as simulator:
        assert len(fetch(simulator, tmp_path / "base").records) == 23
