"""What fuzzing starts from: the sample wire's documents and copy, and the attacks that we know."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import brotli
import zstandard

from tests.fuzz.entries import written
from tests.wire.formats.agencies import WRITERS, Sent, Shot
from tests.xss.payloads import PAYLOADS, entry_of
from wireroom.model import Entry
from wireroom.wire.formats.feeds import parse
from wireroom_infra.sample.wire import documents

NOW = datetime(2026, 2, 12, 6, tzinfo=UTC)
WIRE = "https://wire.example"
SMALL = 20_000  # bytes: of a document, so that a fuzzer runs it a hundred times a second

_OLD = b"""<?xml version="1.0"?><!DOCTYPE rss><rss version="0.91"><channel><title>Old</title>
<link>https://wire.example/</link><item><title>One</title><link>/1</link><description>Words
&amp;lt;b&amp;gt;</description></item></channel></rss>"""
_RDF = b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel
rdf:about="https://wire.example/"><title>RDF</title></channel><item rdf:about="urn:1"><title>One
</title><link>https://wire.example/1</link><dc:date>2026-02-11T09:00:00Z</dc:date></item></rdf:RDF>"""
_XHTML = b"""<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="hi" xml:base="/a/"><title>T</title>
<entry><id>urn:1</id><title type="html">a &lt;i&gt;b&lt;/i&gt;</title><updated>2026-02-11T09:00:00
+05:30</updated><link href="1" rel="alternate"/><content type="xhtml"><div
xmlns="http://www.w3.org/1999/xhtml"><p>x <a href="y">z</a></p></div></content></entry></feed>"""
_BOMB = b"""<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<rss version="2.0"><channel><item><title>&b;</title></item></channel></rss>"""


def feeds() -> Iterator[bytes]:
    """Feed documents: small ones of each format, whole, cut short, and in other encodings."""
    yield from (_OLD, _RDF, _XHTML, _BOMB)
    sent = Sent(note="Call us", shots=(Shot("https://pictures.example/1/", "Ferry", "PTN"),))
    yield from (write(sent) for write in WRITERS.values())
    for edition in (0, 8):
        for found in documents(NOW, edition, WIRE).values():
            for small in _small(found.content):
                yield small
                yield small[: len(small) * 2 // 3]
    yield _OLD.decode().encode("utf-16")
    yield _RDF.replace(b"One", b"\x93One\x94")


def packed() -> Iterator[bytes]:
    """Answers in each packing, in one piece and in two, whole and cut short."""
    packers = (gzip.compress, zlib.compress, brotli.compress, zstandard.compress)
    for way, pack in enumerate(packers):
        for body in (pack(_RDF), pack(_OLD) + pack(_RDF), pack(b"")):
            yield bytes([way]) + body
            yield bytes([way]) + body[: len(body) * 2 // 3]
        yield bytes([way + 4]) + pack(gzip.compress(_RDF))


def htmls() -> Iterator[str]:
    """Bodies: the sample wire's copy, and the attacks."""
    yield from (entry.body for entry in entries())
    yield from PAYLOADS


def entries() -> Iterator[Entry]:
    """Entries of the sample wire, and some with an attack in every field."""
    for found in documents(NOW, 0, WIRE).values():
        yield from parse(found.content, url=f"{WIRE}/feed", content_type=found.media_type).entries
    for number, payload in enumerate(PAYLOADS):
        yield entry_of(payload, number)


def corpus(target: str, folder: Path) -> None:
    """Write what the fuzzing of `target` starts from into `folder`."""
    made = {
        "unpack": packed,
        "feed": feeds,
        "sanitise": lambda: (html.encode("utf-8", "surrogatepass") for html in htmls()),
        "normalise": lambda: map(written, entries()),
        "pages": lambda: map(written, entries()),
    }[target]
    folder.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(made()):
        (folder / f"seed-{number:04}").write_bytes(seed)


def _small(document: bytes) -> Iterator[bytes]:
    """Parts of a document that are documents: of a feed its head, one or two of its items, and its
    foot; of messages of text the first ones."""
    tag = next((tag for tag in (b"<item", b"<entry") if tag in document), b"")
    if not tag:
        yield document[:SMALL]
        return
    head, *items = document.split(tag)
    close = tag.replace(b"<", b"</") + b">"
    last, _, foot = items[-1].partition(close)
    items = [tag + item for item in (*items[:-1], last + close)]
    for some in (items[:1], items[1:3]):
        small = head + b"".join(some) + foot
        if len(small) <= SMALL:
            yield small
