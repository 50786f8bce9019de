"""Group *connections*: are the Airflow connections defined, and do they hold what they must?"""

from __future__ import annotations

from collections.abc import Iterator

from cmms.errors import SettingsError
from cmms.operations.diagnosis.lines import Check, Finding
from cmms.operations.diagnosis.site import Site
from cmms.settings import API_CONNECTION, MYSQL_CONNECTION, SLACK_CONNECTION, SMTP_CONNECTION
from cmms.streams import STREAMS

_ADD = {
    API_CONNECTION: "airflow connections add cmms_api --conn-type http --conn-host https://erp.example.com"
    " --conn-password <token>",
    MYSQL_CONNECTION: "airflow connections add cmms_mysql --conn-type mysql --conn-host <host> --conn-schema cmms"
    " --conn-login cmms --conn-password <password>",
    SLACK_CONNECTION: "airflow connections add cmms_slack --conn-type slackwebhook --conn-password <webhook address>",
    SMTP_CONNECTION: "airflow connections add cmms_smtp --conn-type smtp --conn-host <host> --conn-login <login>"
    " --conn-password <password>",
}


def _add(connection_id: str) -> str:
    return f"Add it in Airflow under Admin, Connections, or run: {_ADD[connection_id]}"


def check_api(site: Site) -> Iterator[Finding]:
    """``cmms_api``: an address with its scheme, and a credential if the settings want one."""
    name = site.settings.connection
    connection = site.connection(name)
    if connection is None:
        yield Finding("fail", "not defined", _add(API_CONNECTION).replace(API_CONNECTION, name))
        return
    from cmms.source.connection import read_connection

    host = str(connection.host or "")
    try:
        base_url = read_connection(name).base_url
    except SettingsError as error:
        yield Finding(
            "fail", error.message, "Set the host of the connection to an address such as https://erp.example.com:8443."
        )
        return
    wants_tls = "https" in {str(connection.conn_type or ""), str(connection.schema or "")}
    scheme = base_url.partition("://")[0]
    schemes = {auth.scheme for auth in (site.settings.stream(name).auth for name in STREAMS)}
    if scheme == "http" and wants_tls:
        yield Finding(
            "fail",
            f"https is asked for, and the address is {base_url}: requests would not be encrypted",
            "Write the scheme into the host of the connection: https://...",
        )
    elif "://" not in host and not wants_tls and str(connection.schema or "") != "http":
        yield Finding(
            "warn", f"the host has no scheme; {base_url} is used", "Write http:// or https:// before the host."
        )
    elif not connection.password and schemes != {"none"}:
        yield Finding(
            "fail",
            f"no password, and the setting auth.scheme is {', '.join(sorted(schemes))}",
            "Set the password of the connection to the token, or auth.scheme to none.",
        )
    elif not connection.login and schemes & {"basic", "oauth2"}:
        yield Finding(
            "fail", f"no login, and auth.scheme is {', '.join(sorted(schemes))}", "Set the connection's login."
        )
    else:
        yield Finding("pass", f"defined, {base_url}")


def check_mysql(site: Site) -> Iterator[Finding]:
    """``cmms_mysql``: a host and the name of a schema."""
    connection = site.connection(MYSQL_CONNECTION)
    if connection is None:
        yield Finding("fail", "not defined", _add(MYSQL_CONNECTION))
    elif connection.conn_type not in ("mysql", "generic"):  # Airflow stores generic where it has no MySQL provider
        yield Finding("fail", f"its type is {connection.conn_type}", "Set the type of the connection to MySQL.")
    elif not connection.schema:
        yield Finding(
            "fail", "it names no schema", "Set the schema of the connection to the name of the CMMS database."
        )
    else:
        port = f":{connection.port}" if connection.port else ""
        yield Finding("pass", f"defined, {connection.host or 'localhost'}{port}, schema {connection.schema}")


def check_slack(site: Site) -> Iterator[Finding]:
    """``cmms_slack``: optional."""
    connection = site.connection(SLACK_CONNECTION)
    if not site.settings.alerts.slack:
        yield Finding("pass", "not used: alerts.slack is false")
    elif connection is None:
        yield Finding(
            "warn", "not defined: no alerts by Slack", f"{_add(SLACK_CONNECTION)} (or set alerts.slack: false)"
        )
    elif not (connection.password or "").strip():
        yield Finding("fail", "it has no password", "Set the password of the connection to the webhook's address.")
    else:
        yield Finding("pass", "defined")


def check_smtp(site: Site) -> Iterator[Finding]:
    """``cmms_smtp``: optional, but receivers without it get nothing."""
    connection, receivers = site.connection(SMTP_CONNECTION), site.settings.alerts.email_to
    if connection is None and receivers:
        yield Finding("fail", f"not defined, although alerts.email_to names {len(receivers)}", _add(SMTP_CONNECTION))
    elif connection is None:
        yield Finding("warn", "not defined: no alerts by e-mail", f"{_add(SMTP_CONNECTION)}, then set alerts.email_to.")
    elif not receivers:
        yield Finding("warn", "defined, but nobody receives e-mail", "Set alerts.email_to in the settings.")
    else:
        yield Finding("pass", f"defined, {connection.host}; {len(receivers)} receivers")


_SETTINGS = ("package/Settings file",)
CHECKS = (
    Check("connections", API_CONNECTION, check_api, after=_SETTINGS),
    Check("connections", MYSQL_CONNECTION, check_mysql, after=_SETTINGS),
    Check("connections", SLACK_CONNECTION, check_slack, after=_SETTINGS),
    Check("connections", SMTP_CONNECTION, check_smtp, after=_SETTINGS),
)
