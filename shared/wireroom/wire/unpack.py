"""Content-Encoding undone, with a limit on what may come out: gzip, deflate, br, zstd."""

from __future__ import annotations

import zlib
from collections.abc import Callable

import brotli
import zstandard

from wireroom.errors import FetchError

ACCEPTED = "gzip, deflate, br, zstd"
LAYERS = 2
# A ratio that no text reaches by itself: a page of markup packs 10 to 20 to 1.
BOMB_RATIO = 200
_STEP = 1 << 16
_WINDOW = 1 << 23  # RFC 9659: a zstd window in HTTP is 8 MiB at most


def unpacked(body: bytes, content_encoding: str, most: int) -> bytes:
    """`body` without the layers that `content_encoding` names, at most `most` bytes.

    Raises FetchError: `bomb`, `too-large`, `truncated` (the packed data ends early), `encoding`
    (an unknown or broken packing, or more than two layers).
    """
    names = [name.strip().lower() for name in content_encoding.split(",")]
    layers = [name for name in names if name not in ("", "identity")]
    if len(layers) > LAYERS:
        raise FetchError("encoding", f"the answer is packed {len(layers)} times over")
    for name in reversed(layers):
        undo = _UNDO.get(name)
        if undo is None:
            raise FetchError("encoding", "the answer is packed in a way that was not asked for")
        if body:
            body = undo(body, most)
    return body


def _grown(out: bytearray, packed: int, most: int) -> None:
    if len(out) > most:
        if len(out) > packed * BOMB_RATIO:
            raise FetchError("bomb", f"{packed} bytes unpack to more than {most}")
        raise FetchError("too-large", f"the answer unpacks to more than {most} bytes")


def _zlib(body: bytes, most: int, window: int) -> bytes:
    out, rest = bytearray(), body
    while rest:
        inflater = zlib.decompressobj(window)
        while not inflater.eof:
            piece = inflater.decompress(rest, _STEP)
            rest = inflater.unconsumed_tail
            out += piece
            _grown(out, len(body), most)
            if not piece and not rest and not inflater.eof:
                raise FetchError("truncated", "the packed answer ends early")
        # A gzip file may have several members; anything else after the end is padding.
        rest = inflater.unused_data if inflater.unused_data.startswith(b"\x1f\x8b") else b""
    return bytes(out)


def _gzip(body: bytes, most: int) -> bytes:
    try:
        return _zlib(body, most, 16 + zlib.MAX_WBITS)
    except zlib.error:
        raise FetchError("encoding", "the answer is not the gzip that it says it is") from None


def _deflate(body: bytes, most: int) -> bytes:
    try:
        return _zlib(body, most, zlib.MAX_WBITS)
    except zlib.error:
        pass
    try:  # What some servers send for "deflate": the stream without its zlib header.
        return _zlib(body, most, -zlib.MAX_WBITS)
    except zlib.error:
        raise FetchError("encoding", "the answer is not the deflate that it says it is") from None


def _brotli(body: bytes, most: int) -> bytes:
    opener = brotli.Decompressor()
    out = bytearray()
    try:
        out += opener.process(body, output_buffer_limit=_STEP)
        while not opener.is_finished():
            _grown(out, len(body), most)
            piece = opener.process(b"", output_buffer_limit=_STEP)
            if not piece and opener.can_accept_more_data():
                raise FetchError("truncated", "the packed answer ends early")
            out += piece
    except brotli.error:
        raise FetchError("encoding", "the answer is not the br that it says it is") from None
    _grown(out, len(body), most)
    return bytes(out)


def _zstd(body: bytes, most: int) -> bytes:
    out, rest = bytearray(), body
    try:
        while rest:
            opener = zstandard.ZstdDecompressor(max_window_size=_WINDOW).decompressobj()
            # decompressobj has no limit on its output, so it is fed little by little: a zstd
            # block holds 128 KiB at most, and takes at least three bytes.
            at = 0
            while at < len(rest) and not opener.eof:
                out += opener.decompress(rest[at : at + 64])
                at += 64
                _grown(out, len(body), most)
            if not opener.eof:
                raise FetchError("truncated", "the packed answer ends early")
            rest = opener.unused_data + rest[at:]
            if not rest.startswith(b"\x28\xb5\x2f\xfd"):
                break
    except zstandard.ZstdError:
        raise FetchError("encoding", "the answer is not the zstd that it says it is") from None
    return bytes(out)


_UNDO: dict[str, Callable[[bytes, int], bytes]] = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "br": _brotli,
    "zstd": _zstd,
}
