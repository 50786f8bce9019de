"""Where the source is: https anywhere means TLS, and nothing secret leaves in the clear."""

import datetime
import ipaddress
import json
import ssl

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from cmms.errors import SettingsError
from cmms.source.base_url import build_base_url, is_loopback
from cmms.source.connection import ApiConnection
from tests.unit.source.answering import NONE, THREE, answered
from tests.unit.source.fetching import SECRET, fetch
from tests.unit.source.scripted_source import Scripted, scripted

PAGE = {"data": [{"EQUNR": "1"}]}


@pytest.mark.feature("SVC-01")
@pytest.mark.parametrize(
    ("conn_type", "host", "schema", "port", "url"),
    [
        ("http", "erp.example", None, None, "http://erp.example"),
        ("https", "erp.example", "", None, "https://erp.example"),
        ("https", "erp.example", "http", None, "https://erp.example"),
        ("http", "erp.example", "https", 8443, "https://erp.example:8443"),
        ("http", "https://erp.example", "http", None, "https://erp.example"),
        ("HTTPS", " ERP.example ", None, None, "https://erp.example"),
        ("http", "http://erp.example/api/v2/", None, 8080, "http://erp.example:8080/api/v2"),
        ("https", "erp.example/api", None, 8443, "https://erp.example:8443/api"),
        ("http", "erp.example:8080", None, 8080, "http://erp.example:8080"),
        ("http", "erp.example:8080/x", None, None, "http://erp.example:8080/x"),
        ("https", "::1", None, 8443, "https://[::1]:8443"),
        ("https", "[::1]:8443", None, None, "https://[::1]:8443"),
    ],
)
def test_the_parts_of_a_connection_make_one_address(conn_type, host, schema, port, url):
    assert build_base_url(conn_type=conn_type, host=host, schema=schema, port=port) == url


@pytest.mark.feature("SVC-01")
@pytest.mark.parametrize(
    ("conn_type", "host", "schema", "port", "named"),
    [
        ("https", "http://erp.example", None, None, "http:// in its host and https"),
        ("http", "http://erp.example", "https", None, "http:// in its host and https"),
        ("http", "erp.example:8080", None, 9090, "two ports, 8080 .* 9090"),
        ("http", "erp.example", None, 99999, "has the port 99999; 1 to 65535"),
        ("http", "erp.example", None, -1, "has the port -1"),
        ("http", "erp.example:0", None, None, "has the port 0"),
        ("https", "erp.example", "api/v2", None, "schema 'api/v2'"),
        ("http", "", None, 80, "no usable host"),
        ("http", None, None, None, "no usable host"),
        ("http", "ftp://erp.example", None, None, "scheme is ftp"),
        ("http", "erp.example?x=1", None, None, "no usable host"),
        ("http", "erp.example:http", None, None, "no usable host"),
        ("http", "http://me:s3cr@erp.example", None, None, "holds a credential"),
        ("http", "me@erp.example", None, None, "holds a credential"),
    ],
)
def test_what_contradicts_itself_is_a_settings_error(conn_type, host, schema, port, named):
    with pytest.raises(SettingsError, match=named) as caught:
        build_base_url(conn_type=conn_type, host=host, schema=schema, port=port)
    assert "s3cr" not in str(caught.value)


@pytest.mark.feature("SVC-01")
@pytest.mark.parametrize("extra", ["[1]", "5", "null", "{'verify': '/ca.pem'}"])
def test_an_extra_that_is_no_object_is_refused(monkeypatch, extra):
    from cmms.source.connection import read_connection

    asked = {"conn_type": "http", "host": "erp.example", "password": "s3cr-et"}
    monkeypatch.setenv("AIRFLOW_CONN_CMMS_API", json.dumps({**asked, "extra": extra}))
    with pytest.raises(SettingsError, match="not a JSON object"):
        read_connection()
    for right in ("", "{}", '{"X-Site": "north"}'):
        monkeypatch.setenv("AIRFLOW_CONN_CMMS_API", json.dumps({**asked, "extra": right}))
        assert read_connection().base_url == "http://erp.example"


@pytest.mark.feature("SVC-01")
@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"extra": "[1]"}, "the extra of the Airflow connection erp is not a JSON object"),
        ({"extra": '{"proxies": 5}'}, "the extra proxies of the Airflow connection erp is no object"),
        ({"extra": '{"cert": 5}'}, "the extra cert of the Airflow connection erp is neither"),
        ({"host": "ftp://erp.example"}, "the Airflow connection erp has no usable host"),
    ],
)
def test_a_connection_of_another_name_is_read_and_named_in_errors(monkeypatch, wrong, named):
    from cmms.source.connection import read_connection

    asked = {"conn_type": "http", "host": "erp.example", "password": "s3cr-et"}
    monkeypatch.setenv("AIRFLOW_CONN_ERP", json.dumps(asked))
    assert (read_connection("erp").base_url, read_connection("erp").name) == ("http://erp.example", "erp")
    monkeypatch.setenv("AIRFLOW_CONN_ERP", json.dumps({**asked, **wrong}))
    with pytest.raises(SettingsError, match=named):
        read_connection("erp")


def test_what_stays_on_this_machine_is_known():
    assert all(map(is_loopback, ["http://localhost:1", "http://127.8.9.1", "http://[::1]:5/x", "http://a.localhost"]))
    assert not any(
        map(is_loopback, ["http://erp.example", "http://10.0.0.1", "http://localhost.example", "http://[2001::1]"])
    )


# --- TLS with our own certificate ---


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for 127.0.0.1 that both sides use: certificate, key, and both in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    one = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(now + datetime.timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    folder = tmp_path_factory.mktemp("tls")
    pem = one.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    for file, content in (("us.pem", pem), ("us.key", private), ("both.pem", private + pem)):
        (folder / file).write_bytes(content)
    return folder


@pytest.mark.feature("SVC-01")
@pytest.mark.parametrize("form", [list, tuple, str])
def test_a_certificate_of_our_own_is_a_file_or_a_pair(tmp_path, certificate, form):
    from cmms.source.connection import _certificate

    pair = [str(certificate / "us.pem"), str(certificate / "us.key")]
    cert = _certificate(str(certificate / "both.pem") if form is str else form(pair), "cmms_api")
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate / "us.pem", certificate / "us.key")
    tls.load_verify_locations(certificate / "us.pem")
    tls.verify_mode = ssl.CERT_REQUIRED
    with scripted(PAGE, tls=tls) as source:
        connection = ApiConnection(source.base_url, password=SECRET, verify=str(certificate / "us.pem"), cert=cert)
        assert len(fetch(source, tmp_path, connection=connection, strict=True).records) == 1
    assert source.sent[0]["Authorization"] == f"Bearer {SECRET}"


@pytest.mark.parametrize(
    "extra", [{"cert": ("/no/us.pem", "/no/us.key")}, {"cert": "/no/us.pem"}, {"verify": "/no/us.pem"}]
)
def test_a_file_that_is_not_there_is_named(extra):
    with pytest.raises(SettingsError, match=r"/no/us\.pem"):
        ApiConnection("https://erp.example", **extra).open_session()


# --- secrets over plain HTTP ---


@pytest.mark.feature("SVC-01")
@pytest.mark.parametrize(
    ("what", "api", "headers"),
    [
        ("credential", {}, {}),
        ("credential", {"auth": {"scheme": "oauth2"}}, {}),
        ("header X-Api-Token", {"auth": {"scheme": "none"}}, {"X-Api-Token": SECRET}),
        ("header Cookie", {"auth": {"scheme": "none"}, "headers": {"Cookie": "a=b"}}, {}),
        ("parameter apikey", {"auth": {"scheme": "none"}, "static_parameters": {"apikey": "x"}}, {}),
        ("parameter sig", {"auth": {"scheme": "none"}, "static_parameters": {"sig": "x"}}, {}),
        ("parameter user_pwd", {"auth": {"scheme": "none"}, "static_parameters": {"user_pwd": "x"}}, {}),
        *(
            (f"parameter {name}", {"auth": {"scheme": "none"}, "path": f"/equipment?lang=en&{name}={SECRET}"}, {})
            for name in ("api_key", "sap-password", "code", "pw", "user_pw", "userpass", "sas", "x_hmac", "otp")
        ),
        ("parameter x", {"auth": {"scheme": "none"}, "path": "/equipment?x=Bearer%20abc"}, {}),
        ("header X-Company", {"auth": {"scheme": "none"}}, {"X-Company": f"Bearer {SECRET}"}),
    ],
)
def test_a_secret_leaves_this_machine_only_where_the_settings_allow_it(tmp_path, what, api, headers):
    """The proxy is the outside world: all that would have left comes by there."""
    token = Scripted({"access_token": "t", "data": PAGE["data"]})
    with scripted(token) as proxy:
        connection = ApiConnection(
            "http://erp.example", login="me", password=SECRET, headers=headers, proxies={"http": proxy.base_url}
        )
        with pytest.raises(SettingsError, match=what):
            fetch(proxy, tmp_path, connection=connection, strict=True, **api)
        assert proxy.targets == []
        warned = fetch(proxy, tmp_path, connection=connection, **api)
        assert what in str(warned.manifest.exposed) and SECRET not in str(warned.manifest.exposed)
        allowed = fetch(proxy, tmp_path, connection=connection, strict=True, allow_plain_http=True, **api)
        assert allowed.manifest.exposed is None and len(allowed.records) == 1


def test_what_is_not_secret_may_go_over_plain_http(tmp_path):
    with scripted(PAGE) as proxy:
        connection = ApiConnection("http://erp.example", headers={"X-Site": "n"}, proxies={"http": proxy.base_url})
        path = "/equipment?plant_code=P001&company-code=1&sap-client=100&compass=n"
        fetched = fetch(proxy, tmp_path, connection=connection, strict=True, auth={"scheme": "none"}, path=path)
    assert (fetched.manifest.exposed, len(fetched.records)) == (None, 1)


# --- links byte for byte ---


@pytest.mark.parametrize("link", ["/e?$skiptoken=%2fA%2F+b'~%7e|c", "/e%41/f?x=1&x=2&y", "/e?a={b}&c=^`|"])
def test_a_next_link_is_followed_byte_for_byte(tmp_path, link):
    with scripted({**PAGE, "links": {"next": link}}, {"data": [{"EQUNR": "2"}]}) as source:
        fetched = fetch(source, tmp_path, pagination={"style": "next_link"})
    assert (source.targets[1], len(fetched.records)) == (link, 2)


def test_a_next_link_that_no_request_can_hold_is_escaped(tmp_path):
    with scripted({**PAGE, "links": {"next": "/e?a=b c"}}, {"data": [{"EQUNR": "2"}]}) as source:
        fetch(source, tmp_path, pagination={"style": "next_link"})
    assert source.targets[1] == "/e?a=b%20c"


def test_spaces_in_a_query_are_sent_as_percent_20(tmp_path):
    _, targets = answered(tmp_path, {"data": THREE}, pagination={**NONE, "size_parameter": None},
                          static_parameters={"$filter": "PLANT eq 'P 1+2'"})  # fmt: skip
    assert targets == ["/equipment?%24filter=PLANT%20eq%20%27P%201%2B2%27"]
