"""The names by which an answer says something of its completeness (:mod:`cmms.source.completeness`).

Spelled as :func:`plain_name` spells them. docs/operations.md lists them ("What an answer says of its completeness"); a
test holds both equal. Some are composed of words, as :func:`_composed` says.
"""

from __future__ import annotations

import re
from functools import lru_cache


@lru_cache(maxsize=4096)
def plain_name(name: str) -> str:
    """A name without what spellings differ in.

    Nor the prefix of a namespace (``hydra:next``), or of what an ABAP function exports (``EV_TOTAL``).
    """
    return re.sub(r"[^a-z0-9]", "", re.sub(r"^(?:@?[a-z]+:)?(?:e[vstx]?_)?", "", name.lower()))


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


NOUNS = _words("record row item element result hit entry object resource document match member")
"""Words for a record, of which names are composed; one record or several make no difference."""


SUBJECTS = _words("asset machine device equipment")
"""The same; a number of them may describe something other than pages, so only beside names that describe pages."""


def _composed(*patterns: str, of: frozenset[str] = NOUNS) -> frozenset[str]:
    """Every pattern with every noun, singular and plural, in its place."""
    irregular = {"entry": "entries", "match": "matches"}
    nouns = [form for noun in of for form in (noun, irregular.get(noun, f"{noun}s"))]
    return frozenset(pattern.replace("*", noun) for pattern in patterns for noun in nouns)


NEXT_PARTS = _words(
    "link url uri href page pageurl pageuri pagelink pagetoken pagecursor pagenumber pageno pagenum pageindex"
    " pagestart token cursor cursormark marker offset skiptoken recordsurl partitionkey rowkey pageid pagepath"
    " cursorposition scrollid bookmark continuationtoken"
)
"""What follows ``next`` in the name of a next page, in any object of the envelope."""
NEXT_PARTS_IN_CONTAINERS = _words(
    "start startkey skip index key id after batch position range set row results records items rows sequence"
)
"""The same; at the top of the body, beside the records, or in an object that describes pages."""
NEXT_ANYWHERE = _words("odatanextlink continuationtoken")
"""The next page, in any object of the envelope."""
NEXT_IN_CONTAINERS = _words(
    "next skiptoken continuation continue lastevaluatedkey exclusivestartkey resumptiontoken continuetoken resumetoken"
)
"""The next page, in the same objects as :data:`NEXT_PARTS_IN_CONTAINERS`."""
ECHOES_IN_CONTAINERS = _words("cursor after scrollid bookmark pagetoken marker aftercursor afterurl startingafter")
"""A cursor that some sources send on the last page too; only beside a single page it may lead to the next one."""
MORE_ANYWHERE = _words(
    "hasmore hasnext hasnextpage hasmorepages hasmoredata morepages moredata moreavailable moredataavailable"
    " hasnextlink hasmorepage morepagesavailable nextpageavailable nextpageexists"
)
"""True: there is more. False: this was the last page."""
MORE_IN_CONTAINERS = _words("more morefollows")
"""The same; in the same objects as :data:`NEXT_PARTS_IN_CONTAINERS`."""
CUT_ANYWHERE = _words(
    "istruncated ispartial isincomplete incompleteresults limitreached limitexceeded maxreached exceededlimit"
    " exceededtransferlimit terminatedearly datatruncated responsetruncated resultsettruncated limithit"
)
"""True: some are missing. False says nothing of further pages."""
CUT_IN_CONTAINERS = _words("truncated incomplete partial limited capped overflow timedout")
"""The same; in the same objects."""
LAST_IN_CONTAINERS = _words(
    "last islast lastpage islastpage islastbatch end isend atend endoflist endofdata endofstream finalpage"
    " isfinalpage isfinal endofresults eof iseof exhausted nomore nomoredata"
)
"""False: there is more. True: this was the last page; in the same objects."""
DONE_IN_CONTAINERS = _words(
    "done isdone complete iscomplete finished isfinished allloaded datacomplete resultcomplete resultscomplete"
)
"""False: there is more. True may also mean that a query was carried out; in the same objects."""
REMAINING_IN_CONTAINERS = _words("remaining remainingcount left")
"""Number of records that have not come; in the same objects."""
TOTAL_ANYWHERE = _words(
    "odatacount inlinecount totalcount totalcnt totalnum totalnumber totalfound totalavailable grandtotal fullcount"
    " totalfeatures"
)
"""Number of records in all pages, in any object of the envelope."""
TOTAL_IN_CONTAINERS = _words(
    "total totalsize count countall allcount hits found matches matched records collectionsize available listtotal"
    " recordsfiltered cnt dbcnt"
)
"""Number of records in all pages; in the same objects as :data:`NEXT_PARTS_IN_CONTAINERS`."""
PAGES_ANYWHERE = _words(
    "totalpages pagestotal numberofpages numpages nbpages pagecount pagescount totalpagecount totalpagescount"
)
"""Number of pages, in any object of the envelope."""
PAGES_IN_CONTAINERS = _words("lastpage lastpagenumber maxpage pages pagetotal of")
"""Number of pages; in the same objects as :data:`NEXT_PARTS_IN_CONTAINERS`."""
SIZE_IN_CONTAINERS = _words("perpage pagesize size limit pagelimit maxpagesize pagelength")
"""How many records a page holds at most; in the same objects. It promises nothing, but shows whether a page is full."""
STATUS_NAMES = _words("status state completeness resultstatus")
PARTIAL_STATUSES = _words("partial truncated incomplete partialsuccess partialcontent")
"""Values of :data:`STATUS_NAMES` at the top of the body or in an object that describes pages: some are missing."""
CONTAINER_NAMES = _words(
    "links link result results response envelope header navigation nav view search info responseinfo resultinfo"
    " resultsinfo listinfo queryinfo searchinfo datainfo recordinfo recordsinfo countinfo"
)
"""Objects that describe pages, besides those whose name holds one of :data:`CONTAINER_PARTS`."""
CONTAINER_PARTS = ("meta", "pag", "cursor")
HEADER_PREFIXES = ("x", "pagination", "paging", "odata", "ms", "wp", "sap", "api", "list", "collection", "continuation")
"""What a header's name may begin with before one of the names above."""
HEADER_NAMES = _words(
    "totalcount totalresults totalrecords recordcount totalpages nextrange nextpage nextpagetoken nextcursor"
    " continuationtoken hasmore"
)
"""Headers that need none of :data:`HEADER_PREFIXES`."""

TOTALS_COMPOSED = _composed("total*", "total*count", "totalnumberof*", "totalnumof*", "total*found")
COUNTS_COMPOSED = (
    _composed("*total", "*count", "num*", "numberof*", "nb*", "*found", of=NOUNS | SUBJECTS)
    | _composed("total*", "total*count", "totalnumberof*", "totalnumof*", "total*found", of=SUBJECTS)
    | {"numfound"}
)
MORE_COMPOSED = _composed("hasmore*", "hasadditional*", "more*", "more*available")
CUT_COMPOSED = _composed(
    "*truncated", "max*reached", "*limitreached", "*limitexceeded", "partial*", "haspartial*", "truncated*"
)
REMAINING_COMPOSED = _composed("remaining*", "remaining*count", "*remaining", "*left")
SIZE_COMPOSED = _composed("*perpage", "max*") | {"itemsperpage"}
