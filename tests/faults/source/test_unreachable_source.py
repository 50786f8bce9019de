"""A source that cannot be reached at all: each cause has a name of its own, so that nobody looks in the wrong place."""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from cmms.errors import ApiRefused, ApiUnavailable
from cmms.simulator import Simulator, SimulatorConfig
from tests.unit.source.fetching import connect, fetch

HERE = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator(SimulatorConfig(equipment=3)) as running:
        yield running


@pytest.fixture
def tls_port(tmp_path: Path) -> Iterator[int]:
    """A server with a certificate that nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(HERE, HERE, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "certificate.pem"
    file.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=_refuse_all, args=(listening, context), daemon=True).start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)


def _refuse_all(listening: socket.socket, context: ssl.SSLContext) -> None:
    while True:
        try:
            client, _ = listening.accept()
        except OSError:
            return
        try:
            context.wrap_socket(client, server_side=True).close()
        except OSError:
            client.close()


@pytest.mark.feature("TEST-23")
def test_a_certificate_that_nobody_vouches_for_is_named_and_not_tried_again(
    tmp_path: Path, simulator: Simulator, tls_port: int
) -> None:
    calls: list[object] = []
    source = connect(simulator, base_url=f"https://127.0.0.1:{tls_port}")
    with pytest.raises(ApiRefused, match="TLS certificate of the source is not trusted"):
        fetch(simulator, tmp_path, connection=source, calls=calls)
    assert len(calls) == 1


@pytest.mark.feature("TEST-23", "RTY-01")
@pytest.mark.parametrize(
    ("url", "name"),
    [("http://no-such-host.invalid", "NameResolutionError"), ("http://127.0.0.1:1", "NewConnectionError")],
    ids=["no such name", "nobody listens"],
)
def test_a_source_that_is_not_there_is_tried_again_and_the_cause_is_named(
    tmp_path: Path, simulator: Simulator, url: str, name: str
) -> None:
    calls: list[object] = []
    with pytest.raises(ApiUnavailable) as caught:
        fetch(simulator, tmp_path, connection=connect(simulator, base_url=url), calls=calls)
    assert len(calls) == 3
    assert {call.error_class for call in calls} == {name}, str(caught.value)  # type: ignore[attr-defined]
    assert name in str(caught.value)
