"""How a source is asked and answers, shared by all streams: parameters, credential, pages, time-outs, retries."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from cmms.settings.section import LONGEST_SECONDS, BodyPath, Frozen


class DateParameters(Frozen):
    """How a request names its day or days. ``format`` is a strftime pattern in the site's zone.

    ``none``: by no parameter, because path or static parameters hold them; ``everything``: not at all, because every
    answer of the source holds all days.

    ``end_is_exclusive``: the end of a range is the first day that is not wanted any more.
    """

    mode: Literal["single", "range", "none", "everything"] = "single"
    single: str = "date"
    start: str = "start_date"
    end: str = "end_date"
    end_is_exclusive: bool = False
    format: str = "%Y-%m-%d"


class PlantParameter(Frozen):
    """Plants as one request each, as one repeated parameter, or not at all.

    ``codes`` restricts the plants; empty means the active plants of the table ``plants``.
    """

    mode: Literal["none", "per_plant", "repeated"] = "none"
    name: str = "plant"
    codes: tuple[str, ...] = ()


class EquipmentParameter(Frozen):
    """Repeated request parameter for a chosen list of equipment; none: the list filters what arrives."""

    name: str | None = None


class Auth(Frozen):
    """Where the credential of the connection ``cmms_api`` goes.

    ``bearer``: ``Authorization: Bearer <password>``; ``raw``: ``Authorization: <password>``; ``basic``: login
    and password; ``api_key``: header ``header`` = password; ``oauth2``: client credentials (login = client
    id, password = client secret) from ``token_path`` on the same host; ``client_credentials`` says whether they go
    there as HTTP Basic or as fields of the form, to which ``token_parameters`` are added.
    """

    scheme: Literal["none", "basic", "bearer", "raw", "api_key", "oauth2"] = "bearer"
    header: str = "X-API-Key"
    token_path: str = "/oauth/token"  # noqa: S105 - a path
    scope: str | None = None
    client_credentials: Literal["basic", "form"] = "basic"
    token_parameters: dict[str, str] = Field(default_factory=dict)


class Pagination(Frozen):
    """How pages follow each other. Paths lead into the body, as :mod:`cmms.body_path` reads them.

    The headers ``total_header`` and ``cursor_header`` count where the body has no such value. ``has_more_path`` names
    a flag that says whether a further page exists: false is the end, although a cursor comes along. One whose name
    says that this was the last page (``last``, ``done``) is read the other way round, ``remaining`` as a number.

    Totals decide where the end is when the source tells them. Without them ``ends_with`` says which page is the
    last one of the styles ``page`` and ``offset``: a ``short_page`` has another number of records than asked for;
    a source that sends fewer than it is asked for has to be asked until there is an ``empty_page``. A ``strict`` stream
    always is.
    """

    style: Literal["none", "page", "offset", "cursor", "next_link", "link_header"] = "page"
    page_parameter: str = "page"
    size_parameter: str | None = "per_page"
    size: int = Field(5000, ge=1, le=1_000_000)
    first_page: int = Field(1, ge=0)
    offset_parameter: str = "offset"
    cursor_parameter: str = "cursor"
    cursor_path: BodyPath = "meta.next_cursor"
    next_path: BodyPath = "links.next"
    has_more_path: BodyPath | None = None
    total_path: BodyPath | None = "meta.total"
    last_page_path: BodyPath | None = "meta.last_page"
    total_header: str = "X-Total-Count"
    cursor_header: str = "X-Next-Cursor"
    ends_with: Literal["short_page", "empty_page"] = "short_page"
    max_pages: int = Field(100_000, ge=1)


HintAction = Literal["auto", "fail", "warn", "ignore"]
EmptyAnswer = Literal["null", "no_content", "not_found"]


class Hints(Frozen):
    """What follows when an answer says that more exists than came and no other setting uses it.

    ``fail``: nothing of the unit is merged; ``warn``: it is merged, the run ends ``partial`` and with an alert, and
    nothing counts as missing or resolved; ``auto``: fail where the stream is ``strict``, else warn. ``missing_path``
    is about a path of ``pagination`` that the site has set and that leads nowhere on the first page.
    """

    next_page: HintAction = "auto"
    has_more: HintAction = "auto"
    total: HintAction = "auto"
    pages: HintAction = "auto"
    missing_path: HintAction = "auto"


class Timeouts(Frozen):
    """Seconds. ``page`` ends a slow drip: the read time-out alone counts between two chunks only."""

    connect: float = Field(10, gt=0, le=LONGEST_SECONDS)
    read: float = Field(60, gt=0, le=LONGEST_SECONDS)
    page: float = Field(180, gt=0, le=LONGEST_SECONDS)


class Retries(Frozen):
    """Attempts per page with jittered exponential backoff, all within ``deadline`` seconds."""

    attempts: int = Field(5, ge=1, le=20)
    initial_seconds: float = Field(1, ge=0, le=LONGEST_SECONDS)
    max_seconds: float = Field(60, ge=0, le=LONGEST_SECONDS)
    deadline: float = Field(600, gt=0, le=LONGEST_SECONDS)
    retry_after_cap: float = Field(120, ge=0, le=LONGEST_SECONDS)
    statuses: frozenset[int] = frozenset({408, 429, 500, 502, 503, 504})


class Incremental(Frozen):
    """Change cursor: ``parameter`` gets the newest api_created_at stored so far; none: always everything."""

    parameter: str | None = None
    format: str = "%Y-%m-%dT%H:%M:%SZ"
