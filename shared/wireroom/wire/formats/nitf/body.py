"""The copy of NITF as HTML: every word in its order, what is for editors only apart.

For documents of NITF 3.x (https://iptc.org/std/NITF/3.6/), and for NewsML, whose items contain
NITF. Elements that only say what their words are (`person`, `chron`, `money` …) are replaced by
their words.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from lxml import etree
from msgspec import Struct

from wireroom.markup.addresses import is_web
from wireroom.markup.characters import without_controls
from wireroom.model import Picture
from wireroom.wire.document.tree import joined, local
from wireroom.wire.formats.fields import (
    bounded,
    escaped,
    figure,
    first,
    found,
    line,
    must_be_small,
    number,
    of_right_size,
    plain,
    text_or_html,
)

_TAGS = {
    **{name: name for name in ("p", "h1", "h2", "h3", "h4", "em", "strong", "b", "i", "u", "br")},
    **{name: name for name in ("ol", "ul", "li", "dl", "dt", "dd", "pre", "hr", "sub", "sup")},
    **{name: name for name in ("table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td")},
    **{name: name for name in ("blockquote", "div", "span", "figure", "figcaption", "cite")},
    "bq": "blockquote",
    "hl1": "h2",
    "hl2": "h2",
    "a": "a",
    "block": "div",
    "note": "div",
    "fn": "div",
    "credit": "p",
    "tagline": "p",
    "bibliography": "p",
    "byline": "p",
    "datasource": "p",
}
_ATTRIBUTES = {
    "a": ("href",),
    "td": ("colspan", "rowspan"),
    "th": ("colspan", "rowspan", "scope"),
    "ol": ("start",),
}
_VOIDS = frozenset({"br", "hr"})
# Of these nothing is copy: data about a table, codes of a name, scripts of a web page.
_NO_COPY = frozenset({"nitf-table-metadata", "media-metadata", "alt-code", "col", "colgroup"}) | {
    "script",
    "style",
}
_PICTURES = ("image", "photo", "picture", "graphic", "illustration")


class Copy(Struct, frozen=True):
    """`html`: what readers get. `editors`: what is for editors only, in lines of text."""

    html: str
    editors: str


def copy_of(body: etree._Element, base: str) -> Copy:
    """The copy of `body`, a `body` of NITF or one of its parts. `base`: what addresses are relative
    to. Raises EntryRejected `body`, `entry`."""
    must_be_small(body)
    notes: list[str] = []
    head = first(body, "body.head")
    pieces: list[str] = []
    for note in found(head, "note"):
        if _is_for_readers(note):
            pieces += _element(note, base, notes)
        else:
            notes.append(plain(note))
    pieces += (f"<h2>{line(each)}</h2>" for each in found(head, "hedline", "hl2") if plain(each))
    for content in _contents(body):
        if not len(content) and (content.text or "").strip():
            pieces.append(text_or_html(content.text or ""))
        else:
            pieces += bounded(_inside(content, base, notes))
    return Copy("".join(bounded(pieces)), "\n".join(notes))


def _contents(body: etree._Element) -> Iterator[etree._Element]:
    """The parts of `body` with copy, in order: body.content, body.end; `body` itself if it has
    none of them."""
    parts = [child for child in body if local(child)[1] in ("body.content", "body.end")]
    yield from parts or [body]


def _is_for_readers(note: etree._Element) -> bool:
    """Whether a note beside the copy is a publishable advisory (`pa`). Others may not be."""
    return str(note.get("type", "")).lower() == "pa"


def _inside(element: etree._Element, base: str, notes: list[str]) -> Iterator[str]:
    yield escaped(without_controls(element.text or ""))
    for child in element.iterchildren(etree.Element):
        name = local(child)[1]
        yield from _element(child, base, notes)
        tail = child.tail or ""
        # <name.given>Asha</name.given><name.family>Rao</name.family>
        after = child.getnext()
        if not tail and name.startswith("name.") and after is not None:
            tail = " "
        yield escaped(without_controls(tail))


def _element(element: etree._Element, base: str, notes: list[str]) -> Iterator[str]:
    name = local(element)[1]
    if name in _NO_COPY or name == "body.head":
        return
    if name == "ed-msg" or (name == "note" and element.get("type", "").lower() == "npa"):
        notes.append(element.get("info", "") or plain(element))
    elif name == "media":
        yield from _media(element, base, notes)
    elif name == "frac":
        parts = (line(first(element, part)) for part in ("frac-num", "frac-sep", "frac-den"))
        over, mark, under = parts
        yield f"{over}{mark or '/'}{under}" if under else line(element)
    elif tag := _TAGS.get(name):
        given = "".join(
            f' {key}="{escape(without_controls(element.get(key) or ""))}"'
            for key in _ATTRIBUTES.get(tag, ())
            if element.get(key)
        )
        yield f"<{tag}{given}>"
        if tag not in _VOIDS:
            yield from _inside(element, base, notes)
            yield f"</{tag}>"
    else:
        yield from _inside(element, base, notes)


def _media(media: etree._Element, base: str, notes: list[str]) -> Iterator[str]:
    """A picture with its caption and credit in place, a link to any other medium. The caption is
    copy, whatever it is of."""
    renditions = list(pictures(media, base))
    captions: list[str] = []
    for caption in found(media, "media-caption"):
        captions.append("".join(_flat(caption, base, notes)).strip())
    credits = [line(each) for each in found(media, "media-producer")]
    if not any(credits):
        references = list(found(media, "media-reference"))
        credits = [escaped(each.get("source-credit", "")) for each in references[:1]]
    words = " ".join(part for part in (*captions, *credits) if part)
    if renditions:
        yield figure(of_right_size(renditions), words)
        return
    address = ""
    if not _is_picture(media, None):
        sources = (each.get("source", "") for each in found(media, "media-reference"))
        address = next(filter(is_web, (joined(base, each) for each in sources)), "")
    if address and words:
        yield f'<p><a href="{escape(address)}">{words}</a></p>'
    elif words:
        yield f"<p>{words}</p>"


def _flat(element: etree._Element, base: str, notes: list[str]) -> Iterator[str]:
    """The copy in `element` without its blocks, which a caption can't have."""
    yield escaped(without_controls(element.text or ""))
    for child in element.iterchildren(etree.Element):
        name = local(child)[1]
        if name in ("a", "em", "sub", "sup", "frac") or name in _NO_COPY:
            yield from _element(child, base, notes)
        else:
            yield from _flat(child, base, notes)
            yield "" if child.tail else " "
        yield escaped(without_controls(child.tail or ""))


def pictures(media: etree._Element, base: str) -> Iterator[Picture]:
    """The renditions of a `media` that is a picture; none of any other."""
    for reference in found(media, "media-reference"):
        source = joined(base, reference.get("source", "") or reference.get("data-location", ""))
        if is_web(source) and _is_picture(media, reference):
            yield Picture(
                url=without_controls(source),
                alt=without_controls(reference.get("alternate-text", "")),
                width=number(reference.get("width", "")),
                height=number(reference.get("height", "")),
            )


def _is_picture(media: etree._Element, reference: etree._Element | None) -> bool:
    kind = reference.get("mime-type", "") if reference is not None else ""
    if "/" in kind:
        return kind.lower().startswith("image/")
    return str(media.get("media-type", "")).lower().startswith(_PICTURES)
