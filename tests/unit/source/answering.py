"""Ask a scripted source for its machines, strictly, over real sockets: what the tests of hints share."""

import pytest

from cmms.errors import AnswerIncomplete
from tests.unit.source.fetching import fetch
from tests.unit.source.scripted_source import scripted

THREE = [{"EQUNR": "1"}, {"EQUNR": "2"}, {"EQUNR": "3"}]
TWO = [{"EQUNR": "4"}, {"EQUNR": "5"}]
NONE = {"style": "none"}


def answered(tmp_path, *answers, strict=True, **api):
    """Fetch the snapshot; returns what was fetched, and the targets that were asked for."""
    with scripted(*answers) as source:
        fetched = fetch(source, tmp_path, strict=strict, **api)
        return fetched, source.targets


def refusal(tmp_path, *answers, kind=AnswerIncomplete, **api):
    with pytest.raises(kind) as caught:
        answered(tmp_path, *answers, **api)
    assert not list(tmp_path.rglob("manifest.json"))
    return caught.value


def doubts(fetched):
    return [doubt for answer in fetched.manifest.answers for doubt in answer.doubts]


CURSORS = {"style": "cursor", "cursor_path": "next"}
NEXT_LINKS = {"style": "next_link", "next_path": "next"}
