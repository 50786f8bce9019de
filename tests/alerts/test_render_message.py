"""Whatever the source sends, a message stays text: no markup, no mentions, no headers, no secrets."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from cmms.alerts.evaluate_run import evaluate_run
from cmms.alerts.messages import instant
from cmms.alerts.records import Alert, RunHistory, from_database, to_database
from cmms.alerts.render_message import one_line, render_email, render_slack, subject_of
from cmms.sync.records import Counts, RunSummary
from tests.alerts.runs import make_run, make_settings

HOSTILE = "<!channel> <@U123> <https://evil.example|click> & *bold*\r\nBcc: all@example.org\u2028\x00<script>x</script>"


def alert_of(run: RunSummary) -> Alert:
    return evaluate_run(run, make_settings(alerts={"base_url": "http://airflow.example/"}), RunHistory())[0]


@pytest.fixture
def hostile() -> Alert:
    return alert_of(make_run("failed", run_id=HOSTILE, error_message=HOSTILE, rejects_by_code=((HOSTILE, 3),)))


@pytest.mark.feature("NOTF-03", "LOG-09")
def test_slack_text_from_data_cannot_mention_link_or_format(hostile: Alert) -> None:
    body = render_slack(hostile)
    data = [block["text"] for block in body["blocks"] if block["text"]["type"] == "plain_text"]
    for text in [body["text"], *(part["text"] for part in data)]:
        assert "<" not in text
        assert ">" not in text
        assert "&lt;!channel&gt;" in text or "CMMS CRITICAL" in text
    assert body["mrkdwn"] is False
    (link,) = [block["text"] for block in body["blocks"] if block["text"]["type"] == "mrkdwn"]
    assert link["text"].count("<") == 1
    assert link["text"].startswith("<http://airflow.example/dags/running_time_sync/runs/%3C%21channel%3E")
    assert "Bcc" not in [line.split(":")[0] for line in body["text"].splitlines()]


@pytest.mark.feature("NOTF-03")
def test_slack_stays_within_the_limits_of_a_block_without_cutting_an_entity() -> None:
    alert = alert_of(make_run("failed", error_class="&" * 5_000, run_id="&" * 5_000))
    for block in render_slack(alert)["blocks"][:2]:
        limit = 150 if block["type"] == "header" else 3_000
        assert len(block["text"]["text"]) <= limit
        assert block["text"]["text"].replace("&amp;", "").count("&") == 0


@pytest.mark.feature("NOTF-01", "LOG-08")
def test_a_mail_subject_has_no_line_breaks_and_no_foreign_header(hostile: Alert) -> None:
    run = make_run("failed", error_class=HOSTILE)
    mail = render_email(alert_of(run), sender="cmms@example.org", receiver="a@example.org", event_id=1)
    raw = mail.as_bytes()
    head = raw.split(b"\r\n\r\n", 1)[0]
    assert b"\nBcc" not in head.replace(b"\r", b"\n")
    assert "\n" not in subject_of(alert_of(run))
    html = render_email(hostile, sender="cmms@example.org", receiver="a@example.org", event_id=1)
    assert "<script>" not in html.get_body(("html",)).get_content()


@pytest.mark.feature("NOTF-01")
def test_a_mail_tells_run_link_class_counts_and_first_errors() -> None:
    run = make_run(
        "failed",
        run_id="manual__2026-01-31T00:00:00+00:00",
        counts=Counts(fetched=1_200, inserted=1_000, rejected=200),
        rejects_by_code=(("PLANT_UNKNOWN", 150), ("DATE_IN_FUTURE", 50)),
    )
    mail = render_email(alert_of(run), sender="cmms@example.org", receiver="a@example.org", event_id=1)
    plain, html = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))
    link = "http://airflow.example/dags/running_time_sync/runs/manual__2026-01-31T00%3A00%3A00%2B00%3A00"
    for text in (plain, html):
        assert link in text
        assert "ApiUnavailable" in text
        assert "1,200 fetched" in text
        assert "PLANT_UNKNOWN 150, DATE_IN_FUTURE 50" in text
        assert "What to do" in text
    assert "multipart/alternative" in mail["Content-Type"]


@pytest.mark.feature("NOTF-01")
def test_a_repeated_mail_has_the_same_message_id() -> None:
    alert = alert_of(make_run("failed"))
    first, second = (
        render_email(alert, sender="c@example.org", receiver="a@example.org", event_id=7) for _ in range(2)
    )
    other = render_email(alert, sender="c@example.org", receiver="b@example.org", event_id=7)
    assert first["Message-ID"] == second["Message-ID"] != other["Message-ID"]


@pytest.mark.feature("NOTF-01")
def test_a_mail_is_seven_bit_and_keeps_every_letter() -> None:
    alert = alert_of(make_run("failed", error_message="Prüfstand Ω 設備"))
    mail = render_email(alert, sender="c@example.org", receiver="a@example.org", event_id=1)
    assert mail.as_bytes().isascii()
    assert "Prüfstand Ω 設備" in mail.get_body(("plain",)).get_content()


@pytest.mark.parametrize(("error_class", "told"), [("ApiRefused", True), ("KeyError", False), (None, False)])
def test_only_our_own_errors_are_quoted(error_class: str | None, told: bool) -> None:
    run = make_run("failed", error_class=error_class, error_message="payload-canary")
    assert ("payload-canary" in json.dumps(render_slack(alert_of(run)))) is told


def test_one_line_drops_control_and_direction_marks() -> None:
    assert one_line("a\r\n\tb\u202ec\u0000d \ud800") == "a b c d"
    assert one_line("x" * 600) == "x" * 499 + "…"


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/St_Johns", "UTC"])
def test_an_instant_is_told_and_kept_in_utc_whatever_zone_it_came_in(zone: str) -> None:
    at = datetime(2026, 1, 31, 22, 30, tzinfo=UTC).astimezone(ZoneInfo(zone))
    assert instant(at) == "2026-01-31 22:30:00 UTC"
    assert to_database(at) == datetime(2026, 1, 31, 22, 30)
    assert from_database(to_database(at)) == at
    assert instant(to_database(at)) == "2026-01-31 22:30:00 UTC"


def test_an_alert_survives_json() -> None:
    alert = alert_of(make_run("partial", counts=Counts(100, 50, rejected=50)))
    assert Alert.from_dict(json.loads(json.dumps(alert.to_dict()))) == alert
