"""Decompresses bodies (gzip, deflate, br, zstd), with a limit on the size of the result."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Protocol

import brotli
import zstandard

from wireroom.errors import FetchError

ACCEPTED = "gzip, deflate, br, zstd"
LAYERS = 2  # times that a body may be compressed
# No text compresses by this ratio: markup reaches 10:1 to 20:1.
BOMB_RATIO = 200
# Compressed data may consist of several pieces: members of gzip, frames of zstd.
PIECES = 1000
_STEP = 1 << 16
# The content codings in IANA's list that can't be decoded here.
# https://www.iana.org/assignments/http-parameters
_NOT_UNDONE = frozenset(
    {"aes128gcm", "compress", "dcb", "dcz", "exi", "pack200-gzip", "x-compress"}
)
_WINDOW = 1 << 23  # RFC 9659: a zstd window in HTTP is 8 MiB at most


def unpacked(body: bytes, content_encoding: str, most: int) -> bytes:
    """`body`, decompressed by the header `content_encoding` into at most `most` bytes.

    A name in the header that is no content coding is ignored: servers write `UTF-8`, `none`,
    `binary`, or S3's `aws-chunked` there.

    Raises FetchError: `bomb`, `too-large`, `truncated` (the compressed data ends early), `encoding`
    (data that does not match its coding, a coding that can't be decoded, more than two layers).
    """
    names = [name.partition(";")[0].strip(' \t"').lower() for name in content_encoding.split(",")]
    if not _NOT_UNDONE.isdisjoint(names):
        raise FetchError("encoding", "the answer has a Content-Encoding that was not asked for")
    layers = [name for name in names if name in _UNDO]
    if len(layers) > LAYERS:
        raise FetchError("encoding", f"the answer is compressed {len(layers)} times")
    for name in reversed(layers):
        if body:
            body = _UNDO[name](body, most)
    return body


def _grown(out: bytearray, packed: int, most: int) -> None:
    if len(out) > most:
        if len(out) > packed * BOMB_RATIO:
            raise FetchError("bomb", f"{packed} bytes decompress to more than {most}")
        raise FetchError("too-large", f"the answer decompresses to more than {most} bytes")


class _Inflater(Protocol):
    """What zlib and zstandard have in common."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: memoryview, /) -> bytes: ...


def _inflated(
    body: bytes, most: int, opener: Callable[[], _Inflater], *, step: int, magic: bytes
) -> bytes:
    """`body`, decompressed piece by piece. Each piece but the first begins with `magic`; padding
    may follow the last.

    Neither kind of inflater limits its output, so it gets only `step` bytes of input at a time.
    """
    out, view, at = bytearray(), memoryview(body), 0
    for _ in range(PIECES):
        inflater = opener()
        while not inflater.eof:
            if at >= len(body):
                raise FetchError("truncated", "the compressed answer ends early")
            out += inflater.decompress(view[at : at + step])
            at = min(at + step, len(body))
            _grown(out, len(body), most)
        at -= len(inflater.unused_data)
        if not magic or not body.startswith(magic, at):
            return bytes(out)
    raise FetchError("encoding", f"the answer is compressed in more than {PIECES} pieces")


def _zlib(body: bytes, most: int, window: int, magic: bytes = b"") -> bytes:
    # Each byte becomes at most 1032 bytes.
    return _inflated(body, most, lambda: zlib.decompressobj(window), step=256, magic=magic)


def _gzip(body: bytes, most: int) -> bytes:
    try:
        return _zlib(body, most, 16 + zlib.MAX_WBITS, b"\x1f\x8b")
    except zlib.error:
        raise FetchError("encoding", "the answer is not gzip, though its header says so") from None


def _deflate(body: bytes, most: int) -> bytes:
    try:
        return _zlib(body, most, zlib.MAX_WBITS)
    except zlib.error:
        pass
    try:  # What some servers send for "deflate": the stream without its zlib header.
        return _zlib(body, most, -zlib.MAX_WBITS)
    except zlib.error:
        raise FetchError(
            "encoding", "the answer is not deflate, though its header says so"
        ) from None


def _brotli(body: bytes, most: int) -> bytes:
    opener = brotli.Decompressor()
    out = bytearray()
    try:
        out += opener.process(body, output_buffer_limit=_STEP)
        while not opener.is_finished():
            _grown(out, len(body), most)
            piece = opener.process(b"", output_buffer_limit=_STEP)
            if not piece and opener.can_accept_more_data():
                raise FetchError("truncated", "the compressed answer ends early")
            out += piece
    except brotli.error:
        raise FetchError("encoding", "the answer is not br, though its header says so") from None
    _grown(out, len(body), most)
    return bytes(out)


def _zstd(body: bytes, most: int) -> bytes:
    def opener() -> _Inflater:
        return zstandard.ZstdDecompressor(max_window_size=_WINDOW).decompressobj()

    try:
        # A block has at least three bytes and becomes at most 128 KiB.
        return _inflated(body, most, opener, step=64, magic=b"\x28\xb5\x2f\xfd")
    except zstandard.ZstdError:
        raise FetchError("encoding", "the answer is not zstd, though its header says so") from None


_UNDO: dict[str, Callable[[bytes, int], bytes]] = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "br": _brotli,
    "zstd": _zstd,
}
