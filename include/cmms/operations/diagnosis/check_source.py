"""Group *source*: name, port, TLS and credential of ``cmms_api``, then the first page of each stream."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from urllib.parse import urlsplit

from cmms.operations.diagnosis.explain_answer import describe_page, explain_failure
from cmms.operations.diagnosis.lines import Check, Finding
from cmms.operations.diagnosis.probe_stream import Probe, probe_stream
from cmms.operations.diagnosis.reach_server import CONNECT_SECONDS, find_obstacle, is_loopback
from cmms.operations.diagnosis.site import Site
from cmms.source.connection import ApiConnection, read_connection
from cmms.streams import STREAMS, StreamName
from cmms.words import count_of

_PORTS = {"http": 80, "https": 443}
_EXPIRES_SOON_DAYS = 21
_CLOCK_SECONDS = 300
_TRUST = "Name the file of the certificate or of its authority as verify in the extra of cmms_api."
_CERTIFICATE_FAULTS = {
    10: ("has expired", "Ask the administrator of the source to renew the certificate."),
    18: ("is self-signed", _TRUST),
    19: ("comes from an authority that is not trusted", _TRUST),
    20: ("comes from an authority that is not trusted", _TRUST),
    62: ("is for another name", "Write the name that is in the certificate into the host of cmms_api."),
    64: ("is for another address", "Write the name that is in the certificate into the host of cmms_api."),
}
"""By OpenSSL's number of the fault."""


def check_address(site: Site) -> Iterator[Finding]:
    """Name and port; through a proxy neither can be asked for directly."""
    connection = read_connection(site.settings.connection)
    parts = urlsplit(connection.base_url)
    host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    if _proxy(connection):
        yield Finding("pass", f"{host}, port {port}, through a proxy")
        return
    obstacle = find_obstacle(host, port)
    if obstacle is not None:
        yield Finding("fail", obstacle.found, obstacle.remedy)
    else:
        yield Finding("pass", f"{host} answers on port {port}")


def _proxy(connection: ApiConnection) -> bool:
    with connection.open_session() as session:
        return urlsplit(connection.base_url).scheme in session.proxies


def check_tls(site: Site) -> Iterator[Finding]:
    """The certificate of the source; or whether a secret would travel in plain text."""
    connection = read_connection(site.settings.connection)
    parts = urlsplit(connection.base_url)
    if parts.scheme == "http":
        yield _check_plain(site, parts.hostname or "")
        return
    if _proxy(connection):
        yield Finding("pass", "through a proxy: seen by the requests below")
        return
    with connection.open_session() as session:
        verify = session.verify
    if verify is False:
        yield Finding(
            "warn",
            "the certificate is not verified, so anybody on the way could answer",
            'Take "verify": false out of the extra of cmms_api, or name the file of the authority there.',
        )
        return
    yield _check_certificate(parts.hostname or "", parts.port or 443, verify)


def _check_plain(site: Site, host: str) -> Finding:
    streams = [site.settings.stream(name) for name in STREAMS]
    if is_loopback(host):
        return Finding("pass", "plain HTTP, on this machine")
    if all(stream.auth.scheme == "none" for stream in streams):
        return Finding("pass", "plain HTTP, and no credential is sent")
    is_strict = any(getattr(stream, "strict", False) for stream in streams)
    return Finding(
        "fail" if is_strict else "warn",
        f"plain HTTP to {host}: everybody on the way can read the credential",
        "Write https:// into the host of cmms_api.",
    )


def _check_certificate(host: str, port: int, verify: bool | str | None) -> Finding:
    import certifi

    context = ssl.create_default_context(cafile=verify if isinstance(verify, str) else certifi.where())
    try:
        with (
            socket.create_connection((host, port), timeout=CONNECT_SECONDS) as plain,
            context.wrap_socket(plain, server_hostname=host) as encrypted,
        ):
            certificate, version = encrypted.getpeercert() or {}, encrypted.version()
    except ssl.SSLCertVerificationError as error:
        what, remedy = _CERTIFICATE_FAULTS.get(
            error.verify_code, (f"is not accepted: {error.verify_message}", "Ask the administrator of the source.")
        )
        return Finding("fail", f"the certificate of {host} {what}", remedy)
    except ssl.SSLError as error:
        return Finding(
            "fail",
            f"{host} speaks no TLS on port {port} ({error.reason or type(error).__name__})",
            "Correct the port, or write http:// into the host of cmms_api if the source has no TLS.",
        )
    except OSError as error:
        return Finding(
            "fail",
            f"the TLS handshake with {host} broke off: {error.strerror or type(error).__name__}",
            "Correct the port, or look whether the source or a firewall ends TLS connections.",
        )
    ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), UTC)
    days = (ends - datetime.now(UTC)).days
    if days < _EXPIRES_SOON_DAYS:
        return Finding(
            "warn", f"the certificate expires in {count_of(days, 'day')}", "Ask the source's administrator to renew it."
        )
    return Finding("pass", f"{version}, certificate valid until {ends:%Y-%m-%d}")


def check_credential(site: Site) -> Iterator[Finding]:
    """Ask both streams once; the answers are shown by the checks after this one."""
    plants = _active_plants(site)
    for name in STREAMS:
        site.pages[name] = probe_stream(site, name, plant_codes=plants)
    probes: list[Probe] = list(site.pages.values())
    if any(_is_refused(probe) for probe in probes):
        yield explain_failure(site, next(iter(STREAMS)), next(probe for probe in probes if _is_refused(probe)))
    elif any(probe.status for probe in probes):
        yield Finding("pass", "accepted")
    else:
        yield Finding("skip", "not checked: no stream has answered")


def _is_refused(probe: Probe) -> bool:
    """The credential itself, or by the token endpoint."""
    context = probe.error.context if probe.error else {}
    return context.get("status") == 401 or "token_status" in context


def _active_plants(site: Site) -> list[str]:
    """For requests per plant; none when the database does not answer."""
    streams = [site.settings.stream(name) for name in STREAMS]
    if not any(stream.plant_parameter.mode != "none" or "{plant_code}" in stream.path for stream in streams):
        return []
    from cmms.database import query, session

    with session() as connection:
        return [str(row["plant_code"]) for row in query(connection, "sync/runs/active_plants")]


def _make_stream_check(name: StreamName) -> Callable[[Site], Iterator[Finding]]:
    def check_stream(site: Site) -> Iterator[Finding]:
        """The first page: records, mapped fields, paging, time."""
        probe: Probe = site.pages[name]
        if _is_refused(probe):
            yield Finding("skip", "not checked: the credential is refused")
        elif probe.error is not None:
            yield explain_failure(site, name, probe)
        else:
            yield describe_page(site, name, probe)

    return check_stream


def check_clock(site: Site) -> Iterator[Finding]:
    """The source's clock against ours: tokens and signatures depend on it."""
    differences = [probe.clock_difference for probe in site.pages.values() if probe.clock_difference is not None]
    if not differences:
        yield Finding("skip", "not checked: no answer says what time it is there")
        return
    seconds = differences[0].total_seconds()
    if abs(seconds) > _CLOCK_SECONDS:
        yield Finding(
            "warn",
            f"the source's clock is {abs(seconds):.0f} s {'ahead of' if seconds > 0 else 'behind'} this machine's",
            "Set both clocks by NTP; tokens may be refused as expired or not yet valid.",
        )
    else:
        yield Finding("pass", f"differs by {abs(seconds):.0f} s")


_ADDRESS = ("source/Address", "source/TLS")
_ASKED = ("source/Credential",)
CHECKS = (
    Check("source", "Address", check_address, needs=("connections/cmms_api", "package/Settings file"), seconds=20),
    Check("source", "TLS", check_tls, needs=("source/Address",), seconds=20),
    Check("source", "Credential", check_credential, needs=_ADDRESS, after=("database/Stored settings",), seconds=70),
    *(
        Check("source", stream.label, _make_stream_check(name), needs=_ADDRESS, after=_ASKED)
        for name, stream in STREAMS.items()
    ),
    Check("source", "Clock", check_clock, needs=_ADDRESS, after=_ASKED),
)
