"""What an answer of the source means, and what to do about it. Input: a probe of a stream. Output: a finding."""

from __future__ import annotations

from cmms.errors import ApiRefused, BadPayload, CmmsError, IncompleteFetch, RateLimited
from cmms.operations.diagnosis.lines import Finding
from cmms.operations.diagnosis.probe_stream import LONGEST_ANSWER_SECONDS, Probe
from cmms.operations.diagnosis.site import Site
from cmms.streams import StreamName

_SHOWN_HEAD = 120
_LATE = ("PageDeadline", "ReadTimeoutError", "TimeoutError", "ConnectTimeoutError")
_ASK = "Ask the administrator of the source"


def explain_failure(site: Site, name: StreamName, probe: Probe) -> Finding:
    """Why there is no page."""
    error = probe.error
    assert error is not None  # noqa: S101
    if isinstance(error, BadPayload):
        return _explain_body(name, probe, error)
    if "token_status" in error.context:
        return Finding(
            "fail",
            f"the token endpoint gives no token (status {error.context['token_status'] or 'unknown'})",
            "Correct login (client id) and password (client secret) of cmms_api, and auth.token_path in the settings.",
        )
    status = error.context.get("status")
    if isinstance(status, int):
        return _explain_status(site, name, probe, status)
    reason = error.message.rpartition(": ")[2]
    if reason in _LATE:
        return _explain_late(site, name)
    if isinstance(error, IncompleteFetch):
        return Finding(
            "fail", f"paging does not work: {error.message}", f"Set streams.{name}.pagination as the source pages."
        )
    if isinstance(error, ApiRefused):
        return Finding("fail", error.message, f"{_ASK} what it expects, and correct cmms_api or the settings.")
    return Finding(
        "fail",
        f"the connection broke off before the answer ({reason})",
        "Write https:// into the host of cmms_api if the source speaks TLS on this port; otherwise look at its log.",
    )


def _explain_late(site: Site, name: StreamName) -> Finding:
    patience = site.settings.stream(name).timeouts.page
    is_within = patience > LONGEST_ANSWER_SECONDS
    return Finding(
        "warn" if is_within else "fail",
        f"no complete answer within {min(patience, LONGEST_ANSWER_SECONDS):g} s"
        + (f"; a sync would wait up to {patience:g} s" if is_within else ""),
        f"{_ASK} why it is slow, or set a smaller streams.{name}.pagination.size.",
    )


def _explain_status(site: Site, name: StreamName, probe: Probe, status: int) -> Finding:
    scheme = site.settings.stream(name).auth.scheme
    says = _quote(probe.head)
    if status == 401:
        return Finding(
            "fail",
            f"the source refuses the credential (401, sent as {scheme}){says}",
            "Correct the password of cmms_api, or auth.scheme in the settings if the source wants it in another place.",
        )
    if status == 403:
        return Finding(
            "fail",
            f"the credential is known but may not read {probe.url} (403){says}",
            f"{_ASK} to let this account read {name.replace('_', ' ')} records.",
        )
    if status == 404:
        return Finding(
            "fail",
            f"there is nothing at {probe.url} (404){says}",
            f"Correct streams.{name}.path in the settings, or the path in the host of cmms_api.",
        )
    if status in (413, 414):
        return Finding(
            "fail",
            f"the request is too long for the source ({status})",
            f"Set streams.{name}.plant_parameter.mode to per_plant, so that each request names one plant.",
        )
    if 300 <= status < 400:
        return Finding(
            "fail",
            f"the source redirects to another address ({status}), which is not followed",
            "Write the address to which it redirects, often https://, into the host of cmms_api.",
        )
    if status == 429 or isinstance(probe.error, RateLimited):
        return Finding(
            "warn",
            "the source limits the rate of our requests (429)",
            f"Set streams.{name}.requests_per_second to what the source allows.",
        )
    if status >= 500:
        return Finding("fail", f"the source has failed (status {status}){says}", f"{_ASK} to look into its log.")
    return Finding(
        "fail",
        f"the source refuses the request (status {status}){says}",
        f"Compare date_parameters, plant_parameter and static_parameters of streams.{name} with what it expects.",
    )


def _explain_body(name: StreamName, probe: Probe, error: CmmsError) -> Finding:
    """The answer came but is not what the settings say."""
    head = probe.head.lstrip().lower()
    if head.startswith((b"<!doctype html", b"<html")):
        return Finding(
            "fail",
            f"an HTML page came instead of JSON{_quote(probe.head)}",
            "Correct the host of cmms_api: it leads to a web page, perhaps to a sign-in page or to a proxy.",
        )
    if head.startswith(b"<"):
        return Finding(
            "fail", f"XML came instead of JSON{_quote(probe.head)}", f"{_ASK} for JSON, or for another address."
        )
    if "no count" in error.message:
        return Finding(
            "fail",
            f"a paging hint is wrong: {error.message}",
            f"Set streams.{name}.pagination.total_path and last_page_path to where the numbers are, or to null.",
        )
    return Finding(
        "fail",
        f"{error.message}{_quote(probe.head)}",
        f"Set streams.{name}.records_path to where the list of records is in the body.",
    )


def describe_page(site: Site, name: StreamName, probe: Probe) -> Finding:
    """A page came: are the records what the mapping expects, and does paging lead to all of them?"""
    stream = site.settings.stream(name)
    fields = stream.fields.as_dict()
    missing = [target for target in stream.definition.required if target in probe.absent]
    if not probe.records and not probe.total:
        day = " for yesterday" if stream.definition.is_daily else ""
        if stream.allow_empty:
            return Finding("pass", f"no records{day}, which the settings allow")
        return Finding(
            "warn", f"no records{day}", f"Set streams.{name}.allow_empty if that is normal; otherwise ask the source."
        )
    if missing:
        names = "; ".join(f"{target} (looked for {', '.join(fields[target])})" for target in missing)
        return Finding(
            "fail",
            f"no record carries {names}; there are {', '.join(probe.keys[:12])}",
            f"Map the source's names in streams.{name}.fields.",
        )
    if probe.repeats:
        return Finding(
            "fail",
            "the second page is the first one again: the source ignores how we ask for pages",
            f"Set streams.{name}.pagination.style, page_parameter or first_page as the source pages.",
        )
    if probe.total is not None and probe.total > probe.records and not probe.has_more_pages:
        return Finding(
            "fail",
            f"{probe.records:,} of {probe.total:,} records came, and the settings lead to no further page",
            f"Set streams.{name}.pagination.style as the source pages.",
        )
    if probe.doubts:
        return Finding("fail" if stream.strict else "warn", probe.doubts[0], "Change the setting that it names.")
    if probe.exposed:
        return Finding("warn", probe.exposed, "Use https in the connection cmms_api.")
    of_all = f" of {probe.total:,}" if probe.total is not None else ""
    mapped = len([target for target, names in fields.items() if names and target not in probe.absent])
    text = f"{probe.records:,}{of_all} records on the first page, {mapped} fields mapped, {probe.latency_ms} ms"
    if probe.latency_ms > site.settings.view.very_slow_ms:
        return Finding("warn", f"{text}: slow", f"Set a smaller streams.{name}.pagination.size, or ask the source why.")
    return Finding("pass", text)


def _quote(head: bytes) -> str:
    """The beginning of a body, for a sentence; empty when there is none."""
    text = " ".join(head.decode("utf-8", "replace").split())
    return f"; it says: {text[:_SHOWN_HEAD]}" if text else ""
