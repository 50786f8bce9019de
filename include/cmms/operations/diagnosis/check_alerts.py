"""Group *alerts*: do Slack and the mail server answer? Nothing is sent, unless a test message is asked for."""

from __future__ import annotations

import math
import smtplib
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import urlsplit

from cmms.compat import close_mail
from cmms.operations.diagnosis.lines import Check, Finding
from cmms.operations.diagnosis.reach_server import find_obstacle
from cmms.operations.diagnosis.site import Site
from cmms.settings import SLACK_CONNECTION, SMTP_CONNECTION

_SECONDS = 10
_NOT_USED = "not used"


def check_slack(site: Site) -> Iterator[Finding]:
    """The webhook's host takes connections, with a certificate that is trusted."""
    connection = site.connection(SLACK_CONNECTION)
    if not site.settings.alerts.slack or connection is None:
        yield Finding("pass", _NOT_USED)
        return
    from airflow.providers.slack.hooks.slack_webhook import SlackWebhookHook

    address = urlsplit(SlackWebhookHook(slack_webhook_conn_id=SLACK_CONNECTION).client.url)
    host, port = address.hostname or "", address.port or (80 if address.scheme == "http" else 443)
    if connection.extra_dejson.get("proxy"):
        yield Finding("pass", f"{host} through a proxy; --send-test tries it")
        return
    obstacle = find_obstacle(host, port)
    if obstacle is not None:
        yield Finding("fail", obstacle.found, obstacle.remedy)
        return
    if address.scheme == "https":
        try:
            with socket.create_connection((host, port), timeout=_SECONDS) as plain:
                ssl.create_default_context().wrap_socket(plain, server_hostname=host).close()
        except OSError as error:
            reason = getattr(error, "verify_message", "") or error.strerror or type(error).__name__
            remedy = "Correct the webhook's address in cmms_slack, or let a proxy's certificate be trusted."
            yield Finding("fail", f"no TLS with {host}: {reason}", remedy)
            return
    yield Finding("pass", f"{host} answers on port {port}; nothing was sent")


def check_mail(site: Site) -> Iterator[Finding]:
    """Connect, encrypt and sign in, as the alerts do."""
    connection = site.connection(SMTP_CONNECTION)
    if connection is None or not site.settings.alerts.email_to:
        yield Finding("pass", _NOT_USED)
        return
    from airflow.providers.smtp.hooks.smtp import SmtpHook

    class Hook(SmtpHook):
        """Takes time-out and repetitions from the connection only (30 s, five times)."""

        timeout = _SECONDS
        smtp_retry_limit = 0

    hook = Hook(smtp_conn_id=SMTP_CONNECTION)
    host, port = connection.host or "localhost", hook_port(connection)
    try:
        hook.get_conn()
    except smtplib.SMTPAuthenticationError as error:
        yield Finding(
            "fail", f"{host} refuses login or password ({error.smtp_code})", "Correct login and password of cmms_smtp."
        )
    except smtplib.SMTPNotSupportedError as error:
        is_login = "AUTH" in str(error)
        yield Finding(
            "fail",
            f"{host}, port {port}, offers no {'sign-in' if is_login else 'STARTTLS'}",
            "Take login and password out of cmms_smtp, or use the port with TLS."
            if is_login
            else "Set disable_tls in the extra of cmms_smtp if the server has no TLS, or correct the port.",
        )
    except ssl.SSLError as error:
        yield Finding(
            "fail",
            f"{host}, port {port}: the TLS handshake fails ({getattr(error, 'verify_message', '') or error.reason})",
            "Set disable_ssl in the extra of cmms_smtp if the port wants STARTTLS, or correct port and certificate.",
        )
    except Exception as error:
        obstacle = find_obstacle(host, port)
        if obstacle is not None:
            yield Finding("fail", obstacle.found, obstacle.remedy)
        else:
            yield Finding(
                "fail",
                f"{host}, port {port}, does not greet as a mail server does ({type(error).__name__})",
                "Correct host and port of cmms_smtp, and disable_ssl in its extra if the server wants STARTTLS.",
            )
    else:
        yield Finding("pass", f"{host}, port {port}, takes our sign-in; nothing was sent")
    finally:
        close_mail(hook)


def hook_port(connection: object) -> int:
    """The port that the hook takes when the connection names none."""
    port = getattr(connection, "port", None)
    return int(port) if port else smtplib.SMTP_SSL_PORT


def send_test(site: Site) -> Iterator[Finding]:
    """One message to each receiver, by the path of real alerts."""
    if not site.sends_test:
        yield Finding("pass", "not asked for; --send-test sends one to each receiver")
        return
    from cmms.alerts.records import Alert
    from cmms.alerts.send_messages import Message, find_receivers, send_messages

    receivers = find_receivers(site.settings)
    if not receivers:
        yield Finding("warn", "nobody would receive it", "Add cmms_slack, or cmms_smtp with alerts.email_to.")
        return
    alert = Alert(
        rule_key="test",
        fingerprint="test",
        level="info",
        title="Test message of CMMS Sync",
        facts=(("Sent by", "the diagnosis"),),
        advice="Nothing has to be done: somebody tests whether alerts arrive.",
        at=datetime.now(UTC),
        transition="noted",
    )
    outcomes = send_messages([Message(alert, receiver) for receiver in receivers], site.settings)
    for receiver, outcome in zip(receivers, outcomes, strict=True):
        to = f"{receiver.channel} to {receiver.target}"
        if outcome.error:
            remedy = "Correct the connection of this channel; the lines above say what answers."
            yield Finding("fail", f"{to} was not sent: {outcome.error}", remedy)
        else:
            yield Finding("pass", f"{to} was taken")


CHECKS = (
    Check("alerts", "Slack", check_slack, needs=("connections/cmms_slack", "package/Settings file"), seconds=25),
    Check("alerts", "Mail", check_mail, needs=("connections/cmms_smtp", "package/Settings file"), seconds=25),
    Check("alerts", "Test message", send_test, needs=("package/Settings file",), seconds=math.ceil(4 * _SECONDS)),
)
