"""Entries as bytes and back, so that a fuzzer which knows bytes alone can change their fields."""

from __future__ import annotations

from datetime import UTC, datetime

from wireroom.model import Entry, Picture

SEPARATOR = "\x1e"  # between fields; no feed can carry it
TEXTS = ("id", "title", "link", "body", "summary", "byline", "source", "language", "pubstatus")
TIMES = ("published", "updated", "embargo")
_PICTURE = ("url", "alt", "credit")


def written(entry: Entry) -> bytes:
    """`entry` as a fuzzer may have it."""
    picture = entry.picture or Picture(url="")
    fields = [
        *(getattr(entry, name) for name in TEXTS),
        *(_seconds(getattr(entry, name)) for name in TIMES),
        *(getattr(picture, name) for name in _PICTURE),
        str(picture.width),
        entry.base,
        "full" if entry.full else "",
        *entry.categories,
    ]
    return SEPARATOR.join(fields).encode("utf-8", "surrogatepass")


def read(data: bytes) -> Entry:
    """The entry that `data` is, whatever it is: fields that are missing are empty."""
    fields = text_of(data).split(SEPARATOR)
    named = len(TEXTS) + len(TIMES) + len(_PICTURE) + 3
    fields += [""] * (named - len(fields))
    texts, rest = fields[: len(TEXTS)], fields[len(TEXTS) :]
    times, rest = rest[: len(TIMES)], rest[len(TIMES) :]
    texts[0] = texts[0].encode("utf-8", "replace").decode()  # wire gives no other ids
    url, alt, credit, width, base, full, *categories = rest
    pixels = int(width) if width.isascii() and width.lstrip("-").isdigit() else 0
    return Entry(
        **dict(zip(TEXTS, texts, strict=True)),
        **{name: _moment(value) for name, value in zip(TIMES, times, strict=True)},
        picture=Picture(url=url, alt=alt, credit=credit, width=pixels, height=pixels)
        if url
        else None,
        base=base,
        full=bool(full),
        categories=tuple(categories),
    )


def text_of(data: bytes) -> str:
    """`data` as text; what is no UTF-8 becomes lone surrogates, which a careless parser lets in."""
    return data.decode("utf-8", "surrogateescape")


def _seconds(moment: datetime | None) -> str:
    return str(int(moment.timestamp())) if moment else ""


def _moment(text: str) -> datetime | None:
    if not text.isascii() or not text.isdigit() or len(text) > 11:
        return None
    try:
        return datetime.fromtimestamp(int(text), UTC)
    except (ValueError, OverflowError):
        return None
