"""Turn an alert into a Slack message and an e-mail; everything in it counts as foreign text.

Input: :class:`~cmms.alerts.records.Alert`. Output: the JSON body of a Slack webhook, or an ``EmailMessage``.
"""

from __future__ import annotations

import hashlib
import unicodedata
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate
from html import escape
from typing import Any

from cmms.alerts.messages import instant
from cmms.alerts.records import Alert

_HEADER_LIMIT = 150  # of a Slack header block
_SECTION_LIMIT = 2900  # Slack allows 3000
_VALUE_LIMIT = 500
_POLICY = SMTP.clone(cte_type="7bit", max_line_length=900)
"""Any server takes 7 bit. Lines may have 998 characters: folding at 78 starts a long subject with a break."""
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode categories: control, direction marks, surrogates, line and paragraph separators."""


def one_line(text: str, *, limit: int = _VALUE_LIMIT) -> str:
    """The text without line breaks, control characters and direction marks, cut to ``limit``."""
    visible = "".join(" " if unicodedata.category(letter) in _INVISIBLE else letter for letter in text)
    line = " ".join(visible.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def subject_of(alert: Alert) -> str:
    """Subject of the e-mail and header of the Slack message, on one line."""
    label = "RESOLVED" if alert.transition == "resolved" else alert.level.upper()
    return one_line(f"[CMMS {label}] {alert.title}", limit=200)


def render_slack(alert: Alert) -> dict[str, Any]:
    """JSON body for an incoming webhook.

    Text from outside goes into ``plain_text`` objects, where ``*bold*`` or `` `code` `` stays as written, and
    ``&``, ``<`` and ``>`` are escaped, so ``<!channel>`` or ``<@U1>`` notifies nobody. The only markup is our
    own link to the run. ``text`` is what notifications and old clients show; markup is off there.
    """
    lines = _lines(alert)
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": _plain(subject_of(alert), limit=_HEADER_LIMIT)},
        {"type": "section", "text": _plain("\n".join(lines), limit=_SECTION_LIMIT)},
    ]
    if alert.link:
        link = f"<{_escape_slack(one_line(alert.link)).replace('|', '%7C')}|Open the run>"
        blocks.append({"type": "section", "text": {"type": "mrkdwn", "text": link, "verbatim": True}})
    everything = [subject_of(alert), *lines, *([one_line(alert.link)] if alert.link else [])]
    return {"text": _escape_slack("\n".join(everything)), "mrkdwn": False, "blocks": blocks}


def render_email(alert: Alert, *, sender: str, receiver: str, event_id: int) -> EmailMessage:
    """Plain text with an HTML alternative.

    The message id is the same for every repetition of a delivery: a mail server that has it drops the second.
    """
    message = EmailMessage(policy=_POLICY)
    message["Subject"] = subject_of(alert)
    message["From"] = sender
    message["To"] = receiver
    message["Date"] = formatdate()
    digest = hashlib.sha256(f"{alert.fingerprint}|{alert.at}|{receiver}".encode()).hexdigest()[:16]
    message["Message-ID"] = f"<cmms-alert.{event_id}.{alert.transition}.{digest}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"  # keeps out-of-office answers away
    link = [f"Open the run: {one_line(alert.link)}"] if alert.link else []
    message.set_content("\n".join([one_line(alert.title), "", *_lines(alert), "", *link]) + "\n")
    message.add_alternative(_html(alert), subtype="html")
    return message


def _lines(alert: Alert) -> list[str]:
    lines = [f"{label}: {one_line(value)}" for label, value in alert.facts]
    if alert.respond_by and alert.transition == "firing":
        lines.append(f"React by: {instant(alert.respond_by)}")
    return [*lines, f"What to do: {one_line(alert.advice)}"]


def _html(alert: Alert) -> str:
    rows = "".join(
        f'<tr><th align="left" valign="top">{escape(label)}</th><td>{escape(value)}</td></tr>'
        for label, _, value in (line.partition(": ") for line in _lines(alert))
    )
    link = f'<p><a href="{escape(one_line(alert.link))}">Open the run</a></p>' if alert.link else ""
    return f"<html><body><h3>{escape(one_line(alert.title))}</h3><table>{rows}</table>{link}</body></html>\n"


def _plain(text: str, *, limit: int) -> dict[str, Any]:
    escaped = _escape_slack(text)
    while len(escaped) > limit:  # cut before escaping, so that no entity is cut in two
        text = text[: len(text) - (len(escaped) - limit) - 1] + "…"
        escaped = _escape_slack(text)
    return {"type": "plain_text", "text": escaped, "emoji": False}


def _escape_slack(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
