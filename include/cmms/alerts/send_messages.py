"""Send messages to Slack and by e-mail: all at once, within one deadline, never raising.

Input: messages for receivers. Output: an :class:`~cmms.alerts.records.Outcome` for each, its error without
secrets. The credentials are the Airflow connections ``cmms_slack`` and ``cmms_smtp``; a channel without a
connection is off.
"""

from __future__ import annotations

import logging
import math
import queue
import smtplib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from threading import Thread
from typing import Any

from cmms.alerts.records import Alert, Outcome, Receiver
from cmms.alerts.render_message import one_line, render_email, render_slack
from cmms.compat import close_mail, send_mail
from cmms.settings import SLACK_CONNECTION, SMTP_CONNECTION, Settings

log = logging.getLogger(__name__)

_SILENT = logging.getLogger(f"{__name__}.slack_sdk")
_SILENT.setLevel(logging.CRITICAL)  # slack_sdk logs the webhook's address, which is the secret

Sending = Callable[[], Outcome]


@dataclass(frozen=True)
class Message:
    """One alert for one receiver; ``event_id`` is 0 on the path without database."""

    alert: Alert
    receiver: Receiver
    event_id: int = 0


def find_receivers(settings: Settings) -> tuple[Receiver, ...]:
    """Who can be notified: the channels that are switched on and whose Airflow connection is defined."""
    receivers: list[Receiver] = []
    if settings.alerts.slack and _is_defined(SLACK_CONNECTION):
        receivers.append(Receiver("slack", SLACK_CONNECTION))
    if settings.alerts.email_to and _is_defined(SMTP_CONNECTION):
        receivers.extend(Receiver("email", address) for address in dict.fromkeys(settings.alerts.email_to))
    return tuple(receivers)


def send_messages(messages: Sequence[Message], settings: Settings) -> list[Outcome]:
    """Send all messages at the same time; return after ``alerts.timeout_seconds`` at the latest.

    Each is sent in a thread of its own, because a socket's time-out counts from packet to packet only: a
    server that drips could hold us for ever. A late message counts as not sent, and may arrive all the same.
    """
    results: queue.SimpleQueue[tuple[int, Outcome]] = queue.SimpleQueue()
    for number, message in enumerate(messages):
        sending = _prepare(message, settings)  # here, not in the thread: it asks Airflow for the connection
        Thread(target=_run, args=(number, sending, results), name="cmms-alert", daemon=True).start()
    late = Outcome(f"no answer within {settings.alerts.timeout_seconds:g} s")
    outcomes = [late] * len(messages)
    deadline = time.monotonic() + settings.alerts.timeout_seconds
    for _ in messages:
        try:
            number, outcome = results.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            break
        outcomes[number] = outcome
    for message, outcome in zip(messages, outcomes, strict=True):
        if outcome.error:
            log.warning("Alert by %s not sent now: %s", message.receiver.channel, outcome.error)
    return outcomes


def _run(number: int, sending: Sending, results: queue.SimpleQueue[tuple[int, Outcome]]) -> None:
    results.put((number, sending()))


def _prepare(message: Message, settings: Settings) -> Sending:
    """Everything that needs Airflow, done; what is left talks to the network only."""
    build = _slack_sending if message.receiver.channel == "slack" else _email_sending
    try:
        return _described(build(message, settings))
    except Exception as error:
        outcome = Outcome(describe_failure(error))
        return lambda: outcome


def _described(sending: Sending) -> Sending:
    def send() -> Outcome:
        try:
            return sending()
        except Exception as error:
            return Outcome(describe_failure(error))

    return send


def _slack_sending(message: Message, settings: Settings) -> Sending:
    from airflow.providers.slack.hooks.slack_webhook import SlackWebhookHook

    hook = SlackWebhookHook(
        slack_webhook_conn_id=SLACK_CONNECTION,
        timeout=math.ceil(settings.alerts.timeout_seconds),
        retry_handlers=[],  # the outbox repeats, with pauses
        logger=_SILENT,
    )
    client = hook.client
    body = render_slack(message.alert)

    def send() -> Outcome:
        response = client.send_dict(body)  # hook.send_dict would lose status and Retry-After
        if response.status_code == 200:
            return Outcome()
        wait_seconds = _retry_after_seconds(dict(response.headers))
        return Outcome(f"HTTP {response.status_code} from Slack", wait_seconds)

    return send


def _retry_after_seconds(headers: dict[str, Any]) -> float | None:
    value = next((value for name, value in headers.items() if name.lower() == "retry-after"), None)
    text = value[0] if isinstance(value, list) and value else value
    return float(text) if isinstance(text, str) and text.isascii() and text.isdigit() else None


def _email_sending(message: Message, settings: Settings) -> Sending:
    from airflow.providers.smtp.hooks.smtp import SmtpHook
    from airflow.sdk import BaseHook

    connection = BaseHook.get_connection(SMTP_CONNECTION)
    seconds = settings.alerts.timeout_seconds

    class Hook(SmtpHook):
        """SmtpHook takes time-out and repetitions from the connection only (30 s, five times)."""

        timeout = math.ceil(seconds)
        smtp_retry_limit = 0

        @classmethod
        def get_connection(cls, conn_id: str) -> Any:
            return connection

        def send(self, mail: Any) -> None:
            """Send a ready message (send_email_smtp knows HTML only) and close the socket in any case."""
            try:
                send_mail(self.get_conn(), mail)
            finally:
                close_mail(self)

    mail = render_email(
        message.alert,
        sender=settings.alerts.email_from,
        receiver=message.receiver.target,
        event_id=message.event_id,
    )

    def send() -> Outcome:
        Hook(smtp_conn_id=SMTP_CONNECTION).send(mail)
        return Outcome()

    return send


def describe_failure(error: BaseException) -> str:
    """What went wrong, from parts that cannot hold a secret: class, status code, the system's error text."""
    name = type(error).__name__
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = sorted({str(code) for code, _ in error.recipients.values()})
        return f"{name} {', '.join(codes)}"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{name} {error.smtp_code}"
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, OSError) and error.strerror:
        return one_line(f"{name}: {error.strerror}")
    return name


def _is_defined(connection_id: str) -> bool:
    """Whether the channel is configured; yes when the backend of secrets fails: the message waits."""
    from airflow.sdk import BaseHook
    from airflow.sdk.exceptions import AirflowNotFoundException

    try:
        BaseHook.get_connection(connection_id)
    except AirflowNotFoundException:
        _say_once(connection_id)
        return False
    except Exception as error:
        log.warning("Connection %s cannot be read now: %s", connection_id, type(error).__name__)
    return True


@cache
def _say_once(connection_id: str) -> None:
    log.info("Alerts: connection %s is not defined, so this channel is off", connection_id)
