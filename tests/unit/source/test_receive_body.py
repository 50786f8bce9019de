"""Unpacking what came over the wire, whatever way the source's server has compressed it."""

import gzip
import os
import zlib

import pytest

from cmms.errors import BadPayload
from cmms.source import receive_body as module
from cmms.source.receive_body import Body, WireBody, receive_body, unpack_body
from cmms.source.retry import Transient

TEXT = b'{"data": [' + b",".join(b'{"EQUNR": "%d"}' % number for number in range(500)) + b"]}"
CAP = 1024 * 1024


class Response:
    """What `receive_body` looks at of an answer."""

    def __init__(self, content: bytes, *, encoding: str, status: int = 200, **headers: str) -> None:
        self.headers = {"Content-Encoding": encoding, "Content-Length": str(len(content)), **headers}
        self.status_code = status
        self.raw = self
        self._content = content

    def read(self, size: int, *, decode_content: bool) -> bytes:
        part, self._content = self._content[:size], self._content[size:]
        return part


def unpacked(response: Response) -> Body:
    wire, body = WireBody(), Body()
    receive_body(response, wire, max_bytes=CAP)
    unpack_body(wire, body, max_bytes=CAP)
    return body


@pytest.mark.feature("API-01")
@pytest.mark.parametrize(
    ("encoding", "content"),
    [
        ("gzip", gzip.compress(TEXT)),
        ("x-gzip", gzip.compress(TEXT)),
        ("GZip", gzip.compress(TEXT)),
        ("gzip", gzip.compress(TEXT[:100]) + gzip.compress(TEXT[100:])),  # as a server that flushes by file may send
        ("deflate", zlib.compress(TEXT)),
        ("identity", TEXT),
        ("", TEXT),
    ],
)
def test_each_encoding_that_is_understood_gives_the_whole_body(encoding: str, content: bytes) -> None:
    body = unpacked(Response(content, encoding=encoding))
    assert body.data == TEXT
    assert gzip.decompress(body.as_gzip()) == TEXT
    assert body.head == TEXT[:1024]


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip"])
def test_another_encoding_is_no_payload(encoding: str) -> None:
    with pytest.raises(BadPayload, match="was not asked for"):
        unpacked(Response(TEXT, encoding=encoding))


@pytest.mark.feature("API-01")
@pytest.mark.parametrize("step", [1, 7, 4096])
def test_output_that_the_decompressor_holds_back_is_not_lost(monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    monkeypatch.setattr(module, "_STEP_BYTES", step)
    for content in (TEXT, bytes(100_000), os.urandom(10_000)):
        assert unpacked(Response(gzip.compress(content), encoding="gzip")).data == content


@pytest.mark.parametrize("keep", [1, 12, 500, -1])
def test_a_compressed_body_that_is_cut_gets_nowhere(keep: int) -> None:
    with pytest.raises(Transient):
        unpacked(Response(gzip.compress(TEXT)[:keep], encoding="gzip"))


@pytest.mark.feature("API-05")
def test_only_an_answer_without_a_body_may_tell_another_length() -> None:
    length = {"Content-Length": "5000"}
    assert unpacked(Response(b"", encoding="", status=304, **length)).data == b""
    with pytest.raises(Transient, match="TruncatedBody"):
        unpacked(Response(TEXT, encoding="", **length))
