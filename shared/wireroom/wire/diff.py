"""What is new in a feed, by the id and the content of its entries, never by their dates.

A feed's memory is a row of bytes: one version byte, then for each entry, most recent first, a hash
of its id (eight bytes) and a hash of its content (eight bytes).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator

from msgspec import Struct
from msgspec.structs import asdict

from wireroom.model import Entry, Picture

VERSION = b"\x01"
# Entries remembered beyond those in the present document. They may come back, after a document that
# was cut short or was another page of the feed. Each takes sixteen bytes in a row (and in its copy
# in the index) that is written twice a poll. A forgotten entry is sent again, and process finds it
# unchanged.
REMEMBERED = 500
_HALF = 8
_IMAGE = re.compile(r"<img\b[^<>]*+>", re.IGNORECASE)
_TINY = re.compile(
    r"\b(?:width|height)\s*+=\s*+[\"']?[01](?:px)?[\"'\s/]",
    re.IGNORECASE,
)


class Changes(Struct, frozen=True):
    """`new`: the entries to queue, each with whether its id had been seen before. `seen`: the
    memory to save when they have been queued."""

    new: tuple[tuple[Entry, bool], ...]
    seen: bytes


def changed(entries: Iterable[Entry], seen: bytes) -> Changes:
    """The entries whose id or content is not in the memory `seen` (b"" at first), and the new
    memory.

    A memory with another version byte counts as empty: all entries are sent again, which is safe.
    """
    remembered = dict(_records(seen))
    now: dict[bytes, bytes] = {}
    new = []
    for entry in entries:
        key, content, again = _short(entry.id), fingerprint(entry), 0
        while key in now:  # one id twice in one document: each is remembered
            again += 1
            key = _short(f"{entry.id}\0{again}")
        if remembered.get(key) != content:
            new.append((entry, key in remembered))
        now[key] = content
    older = [(key, content) for key, content in remembered.items() if key not in now]
    kept = [*now.items(), *older[:REMEMBERED]]
    return Changes(tuple(new), VERSION + b"".join(key + content for key, content in kept))


def without(seen: bytes, ids: Iterable[str]) -> bytes:
    """The memory `seen` without the entries `ids`, so that they count as new."""
    remembered = dict(_records(seen))
    for identity in ids:
        key, again = _short(identity), 0
        while remembered.pop(key, None) is not None:
            again += 1
            key = _short(f"{identity}\0{again}")
    return VERSION + b"".join(key + content for key, content in remembered.items())


def fingerprint(entry: Entry) -> bytes:
    """A hash (eight bytes) of all in `entry` that readers or editors may see, that may hold it
    back, or that says which version it is.

    Dates of publication are left out, as some feeds write the present time there at each request.
    So are HTML comments and tracking pixels. Empty fields are skipped, so that a field which is
    added to Entry later does not change existing hashes.
    """
    picture = entry.picture
    fields = {
        "title": entry.title,
        "link": entry.link,
        "body": _as_read(entry.body),
        "full": "1" if entry.full else "",
        "summary": _as_read(entry.summary),
        "byline": entry.byline,
        "source": entry.source,
        "language": entry.language,
        "embargo": entry.embargo.isoformat() if entry.embargo else "",
        "pubstatus": entry.pubstatus,
        "categories": "\n".join(sorted(entry.categories)),
        "picture": "\n".join(_told(picture)) if picture else "",
        "story": fingerprint(entry.story).hex() if entry.story else "",
        "version": str(entry.version or ""),
        "dateline": entry.dateline,
        "pictures": "\n".join(part for each in entry.pictures for part in _told(each)),
        "editorial": "\n".join(f"{n}={v}" for n, v in asdict(entry.editorial).items() if v)
        if entry.editorial
        else "",
        "takes": "\n".join(f"{take.number} {take.body}" for take in entry.takes),
        "through": "1" if entry.through else "",
    }
    digest = hashlib.blake2b(digest_size=_HALF)
    for name, value in fields.items():
        if value:
            data = value.encode("utf-8", "surrogatepass")
            digest.update(f"{name} {len(data)} ".encode() + data)
    return digest.digest()


def _told(picture: Picture) -> tuple[str, str, str]:
    return picture.url, picture.alt, picture.credit


def _records(seen: bytes) -> Iterator[tuple[bytes, bytes]]:
    if not seen.startswith(VERSION) or (len(seen) - 1) % (2 * _HALF):
        return
    for at in range(1, len(seen), 2 * _HALF):
        yield seen[at : at + _HALF], seen[at + _HALF : at + 2 * _HALF]


def _short(name: str) -> bytes:
    return hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=_HALF).digest()


def _as_read(markup: str) -> str:
    """`markup` without comments and tracking pixels."""
    return _IMAGE.sub(
        lambda found: "" if _TINY.search(found[0]) else found[0], _without_comments(markup)
    )


def _without_comments(markup: str) -> str:
    kept, at = [], 0
    while (start := markup.find("<!--", at)) >= 0:
        end = markup.find("-->", start)
        if end < 0:
            break
        kept.append(markup[at:start])
        at = end + 3
    return "".join(kept) + markup[at:]
